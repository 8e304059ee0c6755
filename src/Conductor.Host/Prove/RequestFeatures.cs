using System.Security.Cryptography;
using System.Text.Json;
using Conductor.Calls;
using Conductor.Wire;
using Microsoft.Extensions.AI;
using static Conductor.Host.Prove.Canonical;

namespace Conductor.Host.Prove;

/// <summary>What a request can hold.</summary>
internal static class RequestFeatures
{
    private static readonly JsonElement Weather = JsonElement.Parse(
        """{"type":"object","properties":{"city":{"type":"string","description":"a city's name"},"days":{"type":"integer","minimum":1}},"required":["city"],"additionalProperties":false}"""u8);

    public static IReadOnlyList<Feature<ChatRequest>> All { get; } =
    [
        new("turns", (made, from) => AddTurns(made, from), request => Lines(Spoken(request).Where(one => one.Text.Length > 0).Select(one => $"{one.Role}: {one.Text}"))),
        new("system", (made, from) => made.Turns().Insert(0, new ChatMessage(ChatRole.System, from.Text())), SystemText),
        new("system amid the turns", (made, from) => { AddTurns(made, from); made.Turns().Add(new ChatMessage(ChatRole.System, from.Text())); made.Turns().Add(new ChatMessage(ChatRole.User, from.Text())); }, SystemPlaces, "system", "messages"),
        new("several parts", (made, from) => made.Turns().Add(new ChatMessage(ChatRole.User, [new TextContent(from.Text()), new TextContent(from.Text())])), request => Lines(Spoken(request).Select(one => one.Text))),
        new("empty parts", (made, from) => made.Turns().Add(new ChatMessage(ChatRole.User, [new TextContent(""), new TextContent(from.Text()), new TextContent("")])), request => Lines(Spoken(request).Select(one => one.Text))),
        new("image as bytes", (made, from) => made.Turns().Add(new ChatMessage(ChatRole.User, [new TextContent(from.Text()), new DataContent(from.Bytes(20, 200), "image/png")])), Data("image/"), "image", "content"),
        new("image by address", (made, from) => made.Turns().Add(new ChatMessage(ChatRole.User, [new TextContent(from.Text()), new UriContent(new Uri($"https://example.org/{from.Name("a")}.png"), "image/png")])), Addresses, "image", "content"),
        new("document", (made, from) => made.Turns().Add(new ChatMessage(ChatRole.User, [new TextContent(from.Text()), new DataContent(from.Bytes(20, 200), "application/pdf") { Name = "a.pdf" }])), Data("application/pdf"), "file", "document", "content"),

        new("tools", (made, from) => AddTools(made, from, 2), request => Lines(Functions(request).Select(tool => $"{tool.Name}|{tool.Description}|{Json(tool.JsonSchema)}")), "tools"),
        new("tool_choice none", (made, from) => { AddTools(made, from, 1); made.Options.ToolMode = ChatToolMode.None; }, ToolMode, "tool_choice"),
        new("tool_choice required", (made, from) => { AddTools(made, from, 1); made.Options.ToolMode = ChatToolMode.RequireAny; }, ToolMode, "tool_choice"),
        new("tool_choice named", (made, from) => { AddTools(made, from, 2); made.Options.ToolMode = ChatToolMode.RequireSpecific(made.Options.Tools![0].Name); }, ToolMode, "tool_choice"),
        new("one call at a time", (made, from) => { AddTools(made, from, 1); made.Options.AllowMultipleToolCalls = false; }, request => request.Options.AllowMultipleToolCalls?.ToString() ?? "", "parallel_tool_calls"),
        new("tool calls", (made, from) => AddCalls(made, from, 1), Calls, "tool_calls", "arguments"),
        new("tool calls at once", (made, from) => AddCalls(made, from, 3), Calls, "tool_calls"),
        new("tool call ids", (made, from) => AddCalls(made, from, 2), request => Lines(Of<FunctionCallContent>(request).Select(call => call.CallId)), "tool_calls", "id"),
        new("tool results", (made, from) => AddCalls(made, from, 2), Results, "tool_call_id", "content"),
        new("tool failures", (made, from) => { AddCalls(made, from, 1); Note(Of<FunctionResultContent>(made).Last(), ChatKeys.ToolFailed, true); }, request => Lines(Of<FunctionResultContent>(request).Select(one => Canonical.Note(one, ChatKeys.ToolFailed))), "is_error"),

        new("thinking", (made, from) => AddThinking(made, new TextReasoningContent(from.Text())), request => Lines(Of<TextReasoningContent>(request).Select(one => one.Text).Where(text => text.Length > 0)), "reasoning", "thinking"),
        new("thinking signed by anthropic", (made, from) => AddThinking(made, Signed(from, from.Text(), "anthropic")), Signatures, "signature", "reasoning", "thinking"),
        new("thinking withheld", (made, from) => AddThinking(made, Withheld(from)), Signatures, "reasoning", "thinking", "signature"),
        new("thoughts signed by gemini", (made, from) => { AddCalls(made, from, 1); Note(Of<FunctionCallContent>(made).First(), ChatKeys.ThoughtSignature, from.Signature()); }, request => Lines(Of<FunctionCallContent>(request).Select(one => Canonical.Note(one, ChatKeys.ThoughtSignature)).Where(note => note.Length > 0)), "signature", "thought", "extra_content"),

        Option("temperature", (options, from) => options.Temperature = (float)from.Number(0, 1), options => Number(options.Temperature)),
        Option("top_p", (options, from) => options.TopP = (float)from.Number(0.05, 0.95), options => Number(options.TopP)),
        Option("top_k", (options, from) => options.TopK = from.Next(40) + 1, options => Number(options.TopK)),
        Option("max_tokens", (options, from) => options.MaxOutputTokens = from.Next(4000) + 1, options => Number(options.MaxOutputTokens), "max"),
        Option("stop", (options, from) => options.StopSequences = [from.Name("stop"), from.Name("end")], options => Lines(options.StopSequences ?? [])),
        Option("seed", (options, from) => options.Seed = from.Next(100_000), options => Number(options.Seed)),
        Option("frequency_penalty", (options, from) => options.FrequencyPenalty = (float)from.Number(-1, 1), options => Number(options.FrequencyPenalty)),
        Option("presence_penalty", (options, from) => options.PresencePenalty = (float)from.Number(-1, 1), options => Number(options.PresencePenalty)),
        Option("JSON", (options, _) => options.ResponseFormat = ChatResponseFormat.Json, options => options.ResponseFormat is ChatResponseFormatJson ? "json" : "", "response_format"),
        Option("JSON by schema", (options, _) => options.ResponseFormat = ChatResponseFormat.ForJsonSchema(Weather, "weather"), options => options.ResponseFormat is ChatResponseFormatJson { Schema: { } schema } ? Json(schema) : "", "response_format"),
        Option("reasoning_effort", (options, from) => options.Reasoning = new ReasoningOptions { Effort = from.Coin() ? ReasoningEffort.Low : ReasoningEffort.High }, options => options.Reasoning?.Effort?.ToString() ?? "", "reasoning", "think"),
        Extra("n", from => from.Next(3) + 2),
        Extra("logprobs", _ => true),
        Extra("logit_bias", _ => JsonElement.Parse("""{"50256":-100}"""u8)),
        Extra("user", from => from.Name("user"), "metadata"),
        Extra("metadata", _ => JsonElement.Parse("""{"ticket":"42"}"""u8)),
        Extra("service_tier", from => from.Coin() ? "flex" : "standard_only"),
        new("cache breakpoints", (made, from) => AddBreakpoint(made, from), request => Lines(Of<TextContent>(request).Select(one => Canonical.Note(one, ChatKeys.CacheControl)).Where(note => note.Length > 0)), "cache"),
    ];

    /// <summary>The plainest request.</summary>
    public static ChatRequest Plain(Samples from)
    {
        var made = RequestMaking.New();
        made.Turns().Add(new ChatMessage(ChatRole.User, from.Text()));
        return made;
    }

    private static Feature<ChatRequest> Option(string name, Action<ChatOptions, Samples> add, Func<ChatOptions, string> see, params string[] words) =>
        new(name, (made, from) => add(made.Options, from), request => see(request.Options), [name, .. words]);

    private static Feature<ChatRequest> Extra(string name, Func<Samples, object> value, params string[] words) =>
        new(name, (made, from) => made.Extra()[name] = value(from) is var given && given is JsonElement element ? element : ToElement(given), request => Canonical.Extra(request.Options.AdditionalProperties, name), [name, .. words]);

    private static JsonElement ToElement(object value) => value switch
    {
        bool flag => JsonElement.Parse(flag ? "true"u8 : "false"u8),
        string text => JsonElement.Parse($"\"{text}\""),
        _ => JsonElement.Parse(Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!),
    };

    private static void AddTurns(ChatRequest made, Samples from)
    {
        for (var i = from.Next(3) + 1; i > 0; i--)
        {
            made.Turns().Add(new ChatMessage(ChatRole.Assistant, from.Text()));
            made.Turns().Add(new ChatMessage(ChatRole.User, from.Text()));
        }
    }

    private static void AddTools(ChatRequest made, Samples from, int count) =>
        made.Options.Tools = [.. Enumerable.Range(0, count).Select(_ => AIFunctionFactory.CreateDeclaration(from.Name("tool"), from.Text(), Weather))];

    private static void AddCalls(ChatRequest made, Samples from, int count)
    {
        AddTools(made, from, 1);
        var calls = Enumerable.Range(0, count).Select(_ => new FunctionCallContent(from.Name("call"), made.Options.Tools![0].Name, from.Arguments())).ToList();
        made.Turns().Add(new ChatMessage(ChatRole.Assistant, [.. calls]));
        foreach (var call in calls)
        {
            made.Turns().Add(new ChatMessage(ChatRole.Tool, [new FunctionResultContent(call.CallId, from.Coin() ? from.Text() : """{"degrees": 21.5, "sky": ["clear"]}""")]));
        }

        made.Turns().Add(new ChatMessage(ChatRole.User, from.Text()));
    }

    private static void AddThinking(ChatRequest made, TextReasoningContent thinking)
    {
        made.Turns().Add(new ChatMessage(ChatRole.Assistant, [thinking, new TextContent("so it is")]));
        made.Turns().Add(new ChatMessage(ChatRole.User, "and then?"));
    }

    private static TextReasoningContent Signed(Samples from, string text, string maker) =>
        new(text) { ProtectedData = from.Signature(), AdditionalProperties = new() { [ChatKeys.SignatureMaker] = maker } };

    private static TextReasoningContent Withheld(Samples from) =>
        new("") { ProtectedData = from.Signature(), AdditionalProperties = new() { [ChatKeys.SignatureMaker] = "anthropic", [ChatKeys.Redacted] = true } };

    private static void AddBreakpoint(ChatRequest made, Samples from)
    {
        var part = new TextContent(from.Text());
        Note(part, ChatKeys.CacheControl, JsonElement.Parse("""{"type":"ephemeral"}"""u8));
        made.Turns().Add(new ChatMessage(ChatRole.User, [part, new TextContent(from.Text())]));
    }

    private static void Note(AIContent content, string key, object value) => (content.AdditionalProperties ??= [])[key] = value;

    private static IEnumerable<T> Of<T>(ChatRequest request)
        where T : AIContent => request.Messages.SelectMany(message => message.Contents.OfType<T>());

    private static IEnumerable<AIFunctionDeclaration> Functions(ChatRequest request) => (request.Options.Tools ?? []).OfType<AIFunctionDeclaration>();

    /// <summary>What was said, turn by turn: neighbours of one role are one turn, as some dialects have it; the system apart.</summary>
    private static List<(string Role, string Text)> Spoken(ChatRequest request)
    {
        var turns = new List<(string Role, string Text)>();
        foreach (var message in request.Messages.Where(message => message.Role == ChatRole.User || message.Role == ChatRole.Assistant))
        {
            var text = string.Concat(message.Contents.OfType<TextContent>().Select(content => content.Text));
            if (turns is [.., var last] && last.Role == message.Role.Value)
            {
                turns[^1] = (last.Role, last.Text + text);
            }
            else
            {
                turns.Add((message.Role.Value, text));
            }
        }

        return turns;
    }

    private static string SystemText(ChatRequest request) =>
        string.Concat(request.Messages.Where(message => message.Role == ChatRole.System).Select(message => message.Text).Prepend(request.Options.Instructions ?? "")).Replace("\n", "", StringComparison.Ordinal);

    private static string SystemPlaces(ChatRequest request) => Lines(request.Messages.Select((message, i) => message.Role == ChatRole.System ? $"{i}: {message.Text}" : "").Where(line => line.Length > 0));

    private static Func<ChatRequest, string> Data(string type) => request =>
        Lines(Of<DataContent>(request).Where(data => data.MediaType.StartsWith(type, StringComparison.Ordinal)).Select(data => $"{data.MediaType} {Convert.ToHexString(SHA256.HashData(data.Data.Span))}"));

    private static string Addresses(ChatRequest request) => Lines(Of<UriContent>(request).Select(one => one.Uri.AbsoluteUri));

    private static string ToolMode(ChatRequest request) => request.Options.ToolMode switch
    {
        _ when request.Options.Tools is null or { Count: 0 } => "none", // nothing to call
        null or AutoChatToolMode => "",
        NoneChatToolMode => "none",
        RequiredChatToolMode { RequiredFunctionName: { } name } => name,
        _ => "required",
    };

    private static string Calls(ChatRequest request) => Lines(Of<FunctionCallContent>(request).Select(call => $"{call.Name}({Json(call.Arguments)})"));

    private static string Results(ChatRequest request)
    {
        var places = Of<FunctionCallContent>(request).Select((call, i) => (call.CallId, i)).ToDictionary(pair => pair.CallId, pair => pair.i);
        return Lines(Of<FunctionResultContent>(request).Select(result => $"{places.GetValueOrDefault(result.CallId, -1)}: {Result(result.Result)}"));
    }

    private static string Signatures(ChatRequest request) => Lines(Of<TextReasoningContent>(request).Select(one => one.ProtectedData ?? "").Where(data => data.Length > 0));
}
