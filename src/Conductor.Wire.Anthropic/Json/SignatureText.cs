using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>
/// Signatures of other makers inside this dialect's own members. A client gives thinking back as it got it, so a signature that bears its maker's name makes the
/// way there and back. Anthropic's own are base64 and have no colon.
/// </summary>
internal static class SignatureText
{
    private const string Mark = "conductor:";
    private const string Thought = "thought_signature";

    /// <summary>A signature as it goes out.</summary>
    public static string Write(TextReasoningContent reasoning)
    {
        var data = reasoning.ProtectedData ?? "";
        return data.Length == 0 || Maker(reasoning) is AnthropicKeys.Dialect or null ? data : $"{Mark}{Maker(reasoning)}:{data}";
    }

    /// <summary>Gemini's signature of the next content, as the data of a redacted block.</summary>
    public static string WriteThought(string signature) => $"{Mark}{Thought}:{signature}";

    public static bool TryReadThought(string data, out string signature)
    {
        var (maker, rest) = Read(data);
        signature = rest;
        return maker == Thought;
    }

    /// <summary>The maker and the signature itself.</summary>
    public static (string Maker, string Data) Read(string text)
    {
        if (text.StartsWith(Mark, StringComparison.Ordinal) && text.IndexOf(':', Mark.Length) is > 0 and var at && at > Mark.Length)
        {
            return (text[Mark.Length..at], text[(at + 1)..]);
        }

        return (AnthropicKeys.Dialect, text);
    }

    public static string? Maker(TextReasoningContent reasoning) =>
        reasoning.AdditionalProperties?.TryGetValue(ChatKeys.SignatureMaker, out var maker) == true ? maker as string : null;

    public static bool IsRedacted(TextReasoningContent reasoning) =>
        reasoning.AdditionalProperties?.TryGetValue(ChatKeys.Redacted, out var redacted) == true && redacted is true;

    /// <summary>Thinking as it came: its text, its signature, its maker.</summary>
    public static TextReasoningContent Thinking(string text, string? signature)
    {
        if (string.IsNullOrEmpty(signature))
        {
            return new TextReasoningContent(text);
        }

        var (maker, data) = Read(signature);
        return new TextReasoningContent(text) { ProtectedData = data, AdditionalProperties = new() { [ChatKeys.SignatureMaker] = maker } };
    }

    /// <summary>Thinking that was withheld.</summary>
    public static TextReasoningContent Withheld(string data)
    {
        var (maker, rest) = Read(data);
        return new TextReasoningContent(null) { ProtectedData = rest, AdditionalProperties = new() { [ChatKeys.SignatureMaker] = maker, [ChatKeys.Redacted] = true } };
    }
}
