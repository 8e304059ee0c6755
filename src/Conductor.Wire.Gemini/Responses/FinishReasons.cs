using Microsoft.Extensions.AI;

namespace Conductor.Wire.Gemini;

/// <summary>The reasons for which an answer ends, both ways.</summary>
internal static class FinishReasons
{
    /// <summary>What ended because somebody did not want it said.</summary>
    private static readonly string[] Filtered =
    [
        "SAFETY", "RECITATION", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII", "IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION", "MODEL_ARMOR", "JAILBREAK",
    ];

    /// <summary>The reason in Microsoft.Extensions.AI's word; null where none is stated. A turn that ends with function calls says `STOP` on this wire.</summary>
    public static ChatFinishReason? Read(string? reason, bool hasCalls) => reason switch
    {
        null or "FINISH_REASON_UNSPECIFIED" => null,
        "MAX_TOKENS" => ChatFinishReason.Length,
        _ when Filtered.Contains(reason) => ChatFinishReason.ContentFilter,
        _ when hasCalls => ChatFinishReason.ToolCalls,
        _ => ChatFinishReason.Stop,
    };

    /// <summary>Whether the word says more than the reason it is read as.</summary>
    public static bool IsOwn(string reason) => reason is not ("STOP" or "MAX_TOKENS");

    /// <summary>Whether an answer that ends so, and holds nothing, is a failure of the model: a call that is no call, a turn that broke off.</summary>
    public static bool IsFailure(string? reason) => reason is not (null or "FINISH_REASON_UNSPECIFIED" or "STOP" or "MAX_TOKENS") && !Filtered.Contains(reason);

    /// <summary>The reason in this dialect's word.</summary>
    /// <param name="reason">A finish reason.</param>
    /// <param name="native">What <see cref="ChatKeys.NativeFinishReason"/> says; null where it says nothing.</param>
    public static string Write(string? reason, string? native)
    {
        const string Prefix = GeminiKeys.Dialect + ":";
        if (native?.StartsWith(Prefix, StringComparison.Ordinal) == true)
        {
            return native[Prefix.Length..];
        }

        return reason switch
        {
            "length" => "MAX_TOKENS",
            "content_filter" => "SAFETY",
            _ => "STOP",
        };
    }
}
