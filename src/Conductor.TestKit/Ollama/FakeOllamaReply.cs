using System.Text.Json.Nodes;

namespace Conductor.TestKit;

/// <summary>One scripted answer of a <see cref="FakeOllama"/>: text, thinking, tool calls, and how it may go wrong. Steps go out in order, a line each.</summary>
public sealed class FakeOllamaReply
{
    internal List<FakeOllamaStep> Steps { get; } = [];

    internal int? ErrorStatus { get; private init; }

    internal string ErrorText { get; private init; } = "";

    internal (ReadOnlyMemory<byte> Body, string ContentType)? Whole { get; private init; }

    internal bool IsByteByByte { get; private set; }

    internal string DoneReason { get; private set; } = "stop";

    /// <summary>An answer with this text, a line for each piece.</summary>
    public static FakeOllamaReply Text(params string[] pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        return pieces.Aggregate(new FakeOllamaReply(), (reply, piece) => reply.Piece(piece));
    }

    /// <summary>`{"error":…}` with this status instead of an answer.</summary>
    public static FakeOllamaReply Error(int status, string text) => new() { ErrorStatus = status, ErrorText = text };

    /// <summary>These bytes, whatever was asked; `/api/generate` answers nothing else.</summary>
    public static FakeOllamaReply Bytes(ReadOnlyMemory<byte> body, string contentType) => new() { Whole = (body, contentType) };

    /// <summary>A piece of text.</summary>
    public FakeOllamaReply Piece(string text) => Message(new JsonObject { ["role"] = "assistant", ["content"] = text });

    /// <summary>A piece of thinking.</summary>
    public FakeOllamaReply Think(string text) => Message(new JsonObject { ["role"] = "assistant", ["content"] = "", ["thinking"] = text });

    /// <summary>A tool call, whole, as they come. Servers of old send no id.</summary>
    public FakeOllamaReply Call(string name, string argumentsJson, string? id = null)
    {
        var call = new JsonObject { ["function"] = new JsonObject { ["index"] = Steps.Count, ["name"] = name, ["arguments"] = JsonNode.Parse(argumentsJson) } };
        if (id is not null)
        {
            call.Insert(0, "id", id);
        }

        return Message(new JsonObject { ["role"] = "assistant", ["content"] = "", ["tool_calls"] = new JsonArray(call) });
    }

    /// <summary>How it ends: `stop`, `length`, `load`.</summary>
    public FakeOllamaReply EndsBy(string doneReason)
    {
        DoneReason = doneReason;
        return this;
    }

    /// <summary>Every byte of it goes out by itself.</summary>
    public FakeOllamaReply ByteByByte()
    {
        IsByteByByte = true;
        return this;
    }

    /// <summary>An error as a line inside the stream; nothing follows.</summary>
    public FakeOllamaReply Break(string text) => Step(new FakeOllamaStep { Line = new JsonObject { ["error"] = text }, IsLast = true });

    /// <summary>The stream ends without the line that says `done`.</summary>
    public FakeOllamaReply Cut() => Step(new FakeOllamaStep { IsLast = true });

    /// <summary>The connection is reset.</summary>
    public FakeOllamaReply Reset() => Step(new FakeOllamaStep { IsReset = true, IsLast = true });

    /// <summary>A line that is no JSON.</summary>
    public FakeOllamaReply Garbage(string text) => Step(new FakeOllamaStep { Raw = text });

    /// <summary>Waits for the test before it goes on.</summary>
    public FakeOllamaReply WaitFor(Task gate) => Step(new FakeOllamaStep { Gate = gate });

    /// <summary>Goes on for as long as the client stays.</summary>
    public FakeOllamaReply Forever(string piece) => Step(new FakeOllamaStep { Message = new JsonObject { ["role"] = "assistant", ["content"] = piece }, IsEndless = true });

    private FakeOllamaReply Message(JsonObject message) => Step(new FakeOllamaStep { Message = message });

    private FakeOllamaReply Step(FakeOllamaStep step)
    {
        Steps.Add(step);
        return this;
    }
}

/// <summary>One step of a reply.</summary>
internal sealed record FakeOllamaStep
{
    public JsonObject? Message { get; init; }

    public JsonObject? Line { get; init; }

    public string? Raw { get; init; }

    public Task? Gate { get; init; }

    public bool IsEndless { get; init; }

    public bool IsReset { get; init; }

    public bool IsLast { get; init; }
}
