using System.Text;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>
/// Signatures of other makers' thoughts as `thoughtSignature`, so that a client of this dialect brings them back to the model that made them. The member is base64 on this wire, and what
/// is not Google's own says inside whose it is.
/// </summary>
internal static class ForeignSignature
{
    private const string Mark = "conductor:";
    private const string Withheld = "redacted:";

    /// <summary>What goes out for a thought's signature; null for a thought without one.</summary>
    public static string? Write(TextReasoningContent reasoning)
    {
        if (reasoning.ProtectedData is not { } data)
        {
            return null;
        }

        var extra = reasoning.AdditionalProperties;
        var maker = extra?.TryGetValue(ChatKeys.SignatureMaker, out string? stated) == true ? stated : null;
        if (maker == GeminiKeys.Maker)
        {
            return data;
        }

        var isWithheld = extra?.TryGetValue(ChatKeys.Redacted, out var redacted) == true && redacted is true;
        return Convert.ToBase64String(Encoding.UTF8.GetBytes($"{Mark}{(isWithheld ? Withheld : "")}{maker}:{data}"));
    }

    /// <summary>Gives a thought the signature that came in.</summary>
    public static void Read(TextReasoningContent reasoning, string signature)
    {
        reasoning.AdditionalProperties ??= [];
        if (Decode(signature) is not { } text)
        {
            reasoning.ProtectedData = signature;
            reasoning.AdditionalProperties[ChatKeys.SignatureMaker] = GeminiKeys.Maker;
            return;
        }

        if (text.StartsWith(Withheld, StringComparison.Ordinal))
        {
            text = text[Withheld.Length..];
            reasoning.AdditionalProperties[ChatKeys.Redacted] = true;
        }

        var colon = text.IndexOf(':', StringComparison.Ordinal);
        reasoning.ProtectedData = text[(colon + 1)..];
        if (colon > 0)
        {
            reasoning.AdditionalProperties[ChatKeys.SignatureMaker] = text[..colon];
        }
    }

    private static string? Decode(string signature)
    {
        var bytes = new byte[signature.Length];
        var plain = signature.Replace('-', '+').Replace('_', '/'); // clients may write either alphabet
        if (!Convert.TryFromBase64String(plain.PadRight((plain.Length + 3) / 4 * 4, '='), bytes, out var length))
        {
            return null;
        }

        var text = Encoding.UTF8.GetString(bytes, 0, length);
        return text.StartsWith(Mark, StringComparison.Ordinal) && text.IndexOf(':', Mark.Length) >= 0 ? text[Mark.Length..] : null;
    }
}
