using System.Text.Json;
using Conductor.Wire;
using Microsoft.Extensions.AI;
using static Conductor.Host.Prove.Canonical;

namespace Conductor.Host.Prove;

/// <summary>What an answer can hold.</summary>
internal static class AnswerFeatures
{
    /// <summary>Answers that hold these were asked for them: the request's feature by the answer's. Nobody can be without what he cannot ask for.</summary>
    public static IReadOnlyDictionary<string, string> AskedFor { get; } = new Dictionary<string, string> { ["logprobs"] = "logprobs", ["stop sequence"] = "stop" };

    public static IReadOnlyList<Feature<ChatResponse>> All { get; } =
    [
        new("text", (_, _) => { }, answer => answer.Text),
        new("no text", (made, _) => made.Messages[0].Contents.Clear(), answer => answer.Text.Length == 0 ? "none" : answer.Text),
        new("thinking", (made, from) => Contents(made).Insert(0, new TextReasoningContent(from.Text())), answer => string.Concat(Of<TextReasoningContent>(answer).Select(one => one.Text))),
        new("thinking signed by anthropic", (made, from) => Contents(made).Insert(0, Signed(from, from.Text())), Signatures, "signature", "reasoning", "thinking") { IsReplayed = true },
        new("thinking withheld", (made, from) => Contents(made).Insert(0, Withheld(from)), Signatures, "signature", "reasoning", "thinking") { IsReplayed = true },
        new("tool call", (made, from) => AddCalls(made, from, 1), Calls),
        new("tool calls at once", (made, from) => AddCalls(made, from, 3), Calls),
        new("tool call ids", (made, from) => AddCalls(made, from, 2), answer => Lines(Of<FunctionCallContent>(answer).Select(call => call.CallId))),
        new("thoughts signed by gemini", (made, from) => { AddCalls(made, from, 1); Note(Of<FunctionCallContent>(made).First(), ChatKeys.ThoughtSignature, from.Signature()); }, answer => Lines(Of<FunctionCallContent>(answer).Select(call => Canonical.Note(call, ChatKeys.ThoughtSignature)).Where(note => note.Length > 0)), "signature", "thought") { IsReplayed = true },
        Ends("stop", ChatFinishReason.Stop),
        Ends("length", ChatFinishReason.Length),
        Ends("content_filter", ChatFinishReason.ContentFilter),
        new("ends with tool_calls", (made, from) => AddCalls(made, from, 1), answer => answer.FinishReason?.Value ?? ""),
        new("stop sequence", (made, from) => (made.AdditionalProperties ??= [])[ChatKeys.StopSequence] = from.Name("stop"), answer => Extra(answer.AdditionalProperties, ChatKeys.StopSequence), "stop_sequence"),
        new("refusal", (made, from) => { Contents(made).Clear(); Contents(made).Add(new ErrorContent(from.Text()) { ErrorCode = ChatKeys.Refusal }); }, answer => string.Concat(Of<ErrorContent>(answer).Select(one => one.Message)) + answer.Text, "refusal"),
        new("logprobs", (made, _) => (made.Messages[0].AdditionalProperties ??= [])[ChatKeys.Logprobs] = Logprobs, answer => Extra(answer.Messages[^1].AdditionalProperties, ChatKeys.Logprobs) is { Length: > 0 } own ? own : Extra(answer.AdditionalProperties, ChatKeys.Logprobs), "logprobs"),
        Uses("input", usage => usage.InputTokenCount),
        Uses("output", usage => usage.OutputTokenCount),
        Uses("cached input", usage => usage.CachedInputTokenCount),
        Uses("thinking", usage => usage.ReasoningTokenCount),
        Uses("written to cache", usage => usage.AdditionalCounts?.TryGetValue(WireUsage.CacheWriteKey, out var written) == true ? written : 0),
        Uses("audio in", usage => usage.AdditionalCounts?.GetValueOrDefault(WireUsage.AudioInputKey) ?? 0),
        Uses("pictures out", usage => usage.AdditionalCounts?.GetValueOrDefault(WireUsage.ImageOutputKey) ?? 0),
        Uses("written to cache for an hour", usage => usage.AdditionalCounts?.GetValueOrDefault(WireUsage.CacheWriteHourKey) ?? 0),
    ];

    private static readonly JsonElement Logprobs = JsonElement.Parse("""{"content":[{"token":"a","logprob":-0.5,"bytes":null,"top_logprobs":[{"token":"a","logprob":-0.5,"bytes":null}]}],"refusal":null}"""u8);

    /// <summary>The plainest answer.</summary>
    public static ChatResponse Plain(Samples from) => new(new ChatMessage(ChatRole.Assistant, [new TextContent(from.Text())]))
    {
        FinishReason = ChatFinishReason.Stop,
        Usage = new WireUsage { InputTokens = 100, CachedInputTokens = 40, CacheWriteTokens = 20, CacheWriteHourTokens = 5, AudioInputTokens = 15, OutputTokens = 30, ReasoningTokens = 10, ImageOutputTokens = 12 }.ToDetails(),
    };

    private static Feature<ChatResponse> Ends(string word, ChatFinishReason reason) => new($"ends with {word}", (made, _) => made.FinishReason = reason, answer => answer.FinishReason?.Value ?? "", "finish_reason");

    private static Feature<ChatResponse> Uses(string what, Func<UsageDetails, long?> count) => new($"usage: {what}", (_, _) => { }, answer => answer.Usage is { } usage && count(usage) is > 0 and var tokens ? Number(tokens) : "", "usage");

    private static IList<AIContent> Contents(ChatResponse answer) => answer.Messages[0].Contents;

    private static IEnumerable<T> Of<T>(ChatResponse answer)
        where T : AIContent => answer.Messages.SelectMany(message => message.Contents.OfType<T>());

    private static void AddCalls(ChatResponse made, Samples from, int count)
    {
        for (var i = 0; i < count; i++)
        {
            Contents(made).Add(new FunctionCallContent(from.Name("call"), from.Name("tool"), from.Arguments()));
        }

        made.FinishReason = ChatFinishReason.ToolCalls;
    }

    private static string Calls(ChatResponse answer) => Lines(Of<FunctionCallContent>(answer).Select(call => $"{call.Name}({Json(call.Arguments)})"));

    private static TextReasoningContent Signed(Samples from, string text) =>
        new(text) { ProtectedData = from.Signature(), AdditionalProperties = new() { [ChatKeys.SignatureMaker] = "anthropic" } };

    private static TextReasoningContent Withheld(Samples from) =>
        new("") { ProtectedData = from.Signature(), AdditionalProperties = new() { [ChatKeys.SignatureMaker] = "anthropic", [ChatKeys.Redacted] = true } };

    private static string Signatures(ChatResponse answer) => Lines(Of<TextReasoningContent>(answer).Select(one => one.ProtectedData ?? "").Where(data => data.Length > 0));

    private static void Note(AIContent content, string key, object value) => (content.AdditionalProperties ??= [])[key] = value;
}
