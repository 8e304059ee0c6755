using System.Text.Json.Nodes;

namespace Conductor.TestKit;

/// <summary>One scripted answer of a <see cref="FakeAnthropic"/>: content blocks in order, and how it may go wrong. The same script serves whole answers and streams.</summary>
public sealed class FakeAnthropicReply
{
    internal List<FakeAnthropicStep> Steps { get; } = [];

    internal int? ErrorStatus { get; private init; }

    internal string ErrorType { get; private init; } = "";

    internal string ErrorMessage { get; private init; } = "";

    internal IReadOnlyList<(string Name, string Value)> ErrorHeaders { get; private init; } = [];

    internal (ReadOnlyMemory<byte> Body, string ContentType)? Body { get; private init; }

    internal string? StopReason { get; private set; }

    internal string? StopSequence { get; private set; }

    internal FakeAnthropicUsage Usage { get; private set; } = new();

    internal bool IsByteByByte { get; private set; }

    internal int OutputTokens => Usage.OutputTokens ?? Steps.Sum(step => step.Pieces.Count);

    /// <summary>An answer with one text block, streamed a delta for each piece.</summary>
    public static FakeAnthropicReply Text(params string[] pieces) => new FakeAnthropicReply().AddText(pieces);

    /// <summary>An error instead of an answer, of the type that belongs to the status.</summary>
    /// <param name="status">400, 401, 402, 403, 404, 413, 429, 500, 504 or 529; any other is an `api_error`.</param>
    /// <param name="message">The upstream's words.</param>
    /// <param name="headers">Such as `retry-after`.</param>
    public static FakeAnthropicReply Error(int status, string message = "upstream says no", params (string Name, string Value)[] headers) =>
        new() { ErrorStatus = status, ErrorType = TypeOf(status), ErrorMessage = message, ErrorHeaders = headers };

    /// <summary>These bytes with status 200, whatever was asked.</summary>
    public static FakeAnthropicReply Bytes(ReadOnlyMemory<byte> body, string contentType) => new() { Body = (body, contentType) };

    /// <summary>A text block.</summary>
    public FakeAnthropicReply AddText(params string[] pieces) => Step(new() { Kind = "text", Pieces = pieces });

    /// <summary>A thinking block with its signature.</summary>
    public FakeAnthropicReply AddThinking(string text, string signature = "c2lnbmF0dXJl") => Step(new() { Kind = "thinking", Pieces = [text], Signature = signature });

    /// <summary>A tool_use block; streamed, its input comes as deltas of JSON text, the first of them empty, as upstream sends it.</summary>
    public FakeAnthropicReply AddToolUse(string id, string name, string inputJson) =>
        Step(new() { Kind = "tool_use", Id = id, Name = name, Pieces = inputJson == "{}" ? [""] : ["", inputJson[..(inputJson.Length / 2)], inputJson[(inputJson.Length / 2)..]] });

    /// <summary>A ping event; nothing in a whole answer.</summary>
    public FakeAnthropicReply Ping() => Step(new() { Kind = "ping" });

    /// <summary>An `error` event inside the stream, after the status 200; nothing follows. A whole answer is that error with its own status.</summary>
    public FakeAnthropicReply Break(string type = "overloaded_error", string message = "Overloaded") => Step(new() { Kind = "error", Name = type, Pieces = [message] });

    /// <summary>The stream ends, in an orderly way, without its last events.</summary>
    public FakeAnthropicReply Cut() => Step(new() { Kind = "cut" });

    /// <summary>The connection is reset.</summary>
    public FakeAnthropicReply Reset() => Step(new() { Kind = "reset" });

    /// <summary>Waits for the test before it goes on.</summary>
    public FakeAnthropicReply WaitFor(Task gate) => Step(new() { Kind = "gate", Gate = gate });

    /// <summary>This text in the stream, as it is.</summary>
    public FakeAnthropicReply Raw(string text) => Step(new() { Kind = "raw", Name = text });

    /// <summary>How it ends: `end_turn` (`tool_use` where a tool is called), `max_tokens`, `stop_sequence`, `refusal`, `pause_turn`, `model_context_window_exceeded`.</summary>
    public FakeAnthropicReply EndsBy(string stopReason, string? stopSequence = null)
    {
        StopReason = stopReason;
        StopSequence = stopSequence;
        return this;
    }

    /// <summary>What it states as used.</summary>
    public FakeAnthropicReply With(FakeAnthropicUsage usage)
    {
        ArgumentNullException.ThrowIfNull(usage);
        Usage = usage;
        return this;
    }

    /// <summary>Every byte of it goes out by itself.</summary>
    public FakeAnthropicReply ByteByByte()
    {
        IsByteByByte = true;
        return this;
    }

    internal static string TypeOf(int status) => status switch
    {
        400 => "invalid_request_error",
        401 => "authentication_error",
        402 => "billing_error",
        403 => "permission_error",
        404 => "not_found_error",
        413 => "request_too_large",
        429 => "rate_limit_error",
        504 => "timeout_error",
        529 => "overloaded_error",
        _ => "api_error",
    };

    internal static int StatusOf(string type) => type switch
    {
        "invalid_request_error" => 400,
        "authentication_error" => 401,
        "billing_error" => 402,
        "permission_error" => 403,
        "not_found_error" => 404,
        "request_too_large" => 413,
        "rate_limit_error" => 429,
        "timeout_error" => 504,
        "overloaded_error" => 529,
        _ => 500,
    };

    private FakeAnthropicReply Step(FakeAnthropicStep step)
    {
        Steps.Add(step);
        return this;
    }
}

/// <summary>One step of a reply.</summary>
internal sealed record FakeAnthropicStep
{
    public required string Kind { get; init; }

    public IReadOnlyList<string> Pieces { get; init; } = [];

    public string Id { get; init; } = "";

    public string Name { get; init; } = "";

    public string Signature { get; init; } = "";

    public Task? Gate { get; init; }

    public bool IsBlock => Kind is "text" or "thinking" or "tool_use";

    /// <summary>The block as a whole answer holds it.</summary>
    public JsonObject Whole() => Kind switch
    {
        "text" => new() { ["type"] = "text", ["text"] = string.Concat(Pieces) },
        "thinking" => new() { ["type"] = "thinking", ["thinking"] = string.Concat(Pieces), ["signature"] = Signature },
        _ => new() { ["type"] = "tool_use", ["id"] = Id, ["name"] = Name, ["input"] = JsonNode.Parse(string.Concat(Pieces) is { Length: > 0 } json ? json : "{}") },
    };

    /// <summary>The block as `content_block_start` shows it.</summary>
    public JsonObject Start() => Kind switch
    {
        "text" => new() { ["type"] = "text", ["text"] = "" },
        "thinking" => new() { ["type"] = "thinking", ["thinking"] = "", ["signature"] = "" },
        _ => new() { ["type"] = "tool_use", ["id"] = Id, ["name"] = Name, ["input"] = new JsonObject() },
    };

    /// <summary>The deltas that fill it.</summary>
    public IEnumerable<JsonObject> Deltas()
    {
        foreach (var piece in Pieces)
        {
            yield return Kind switch
            {
                "text" => new() { ["type"] = "text_delta", ["text"] = piece },
                "thinking" => new() { ["type"] = "thinking_delta", ["thinking"] = piece },
                _ => new() { ["type"] = "input_json_delta", ["partial_json"] = piece },
            };
        }

        if (Kind == "thinking")
        {
            yield return new() { ["type"] = "signature_delta", ["signature"] = Signature };
        }
    }
}
