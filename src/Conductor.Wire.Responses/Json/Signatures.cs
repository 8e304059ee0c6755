using Microsoft.Extensions.AI;

namespace Conductor.Wire.Responses;

/// <summary>
/// `encrypted_content` holds OpenAI's own sealed reasoning, or another maker's signature under a prefix, so that a client that sends items back as it
/// got them sends the signature back too.
/// </summary>
internal static class Signatures
{
    /// <summary>The maker whose reasoning this wire carries as it is.</summary>
    public const string OpenAI = "openai";

    private const string Prefix = "conductor.";
    private const string Redacted = "redacted.";

    /// <summary>What goes into `encrypted_content`; null where the content bears no signature.</summary>
    public static string? ToWire(TextReasoningContent content)
    {
        if (content.ProtectedData is not { Length: > 0 } data)
        {
            return null;
        }

        var maker = MakerOf(content);
        if (maker is null or OpenAI)
        {
            return data;
        }

        var isRedacted = content.AdditionalProperties?.TryGetValue(ChatKeys.Redacted, out bool redacted) == true && redacted;
        return $"{Prefix}{maker}.{(isRedacted ? Redacted : "")}{data}";
    }

    /// <summary>Sets what <see cref="ToWire"/> made of it.</summary>
    public static void FromWire(TextReasoningContent content, string encrypted)
    {
        var maker = OpenAI;
        var extra = content.AdditionalProperties ??= [];
        if (encrypted.StartsWith(Prefix, StringComparison.Ordinal) && encrypted.IndexOf('.', Prefix.Length) is > 0 and var dot)
        {
            maker = encrypted[Prefix.Length..dot];
            encrypted = encrypted[(dot + 1)..];
            if (encrypted.StartsWith(Redacted, StringComparison.Ordinal))
            {
                encrypted = encrypted[Redacted.Length..];
                extra[ChatKeys.Redacted] = true;
            }
        }

        content.ProtectedData = encrypted;
        extra[ChatKeys.SignatureMaker] = maker;
    }

    /// <summary>Whether `encrypted_content` is what OpenAI made.</summary>
    public static bool IsOpenAI(string? encrypted) => encrypted is { Length: > 0 } && !encrypted.StartsWith(Prefix, StringComparison.Ordinal);

    public static string? MakerOf(AIContent content) => content.AdditionalProperties?.TryGetValue(ChatKeys.SignatureMaker, out string? maker) == true ? maker : null;
}
