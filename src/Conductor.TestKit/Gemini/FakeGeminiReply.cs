using System.Text.Json.Nodes;

namespace Conductor.TestKit;

/// <summary>What a <see cref="FakeGemini"/> answers to one request for content.</summary>
public sealed class FakeGeminiReply
{
    /// <summary>The parts, each a piece of a stream: `{"text":"…"}`, `{"functionCall":{…}}`. A text may have `thought`, and is left out unless thoughts are asked for.</summary>
    internal List<JsonObject> Parts { get; } = [];

    internal string FinishReason { get; private set; } = "STOP";

    internal int? Status { get; private set; }

    internal JsonObject? Body { get; private set; }

    internal string? RetryAfter { get; private set; }

    internal string? BlockReason { get; private set; }

    internal string? Raw { get; private set; }

    internal string? After { get; private set; }

    internal JsonObject? ErrorInside { get; private set; }

    internal bool IsByteByByte { get; private set; }

    internal JsonObject? Usage { get; private set; }

    internal Task? Gate { get; private set; }

    /// <summary>A text, in pieces for a stream.</summary>
    public static FakeGeminiReply Text(params string[] pieces)
    {
        ArgumentNullException.ThrowIfNull(pieces);
        var reply = new FakeGeminiReply();
        reply.Parts.AddRange(pieces.Select(piece => new JsonObject { ["text"] = piece }));
        return reply;
    }

    /// <summary>An error: Google's word for the status, and details.</summary>
    /// <param name="code">The HTTP status.</param>
    /// <param name="status">For example `RESOURCE_EXHAUSTED`.</param>
    /// <param name="message">For people.</param>
    /// <param name="details">JSON objects, each with its `@type`.</param>
    public static FakeGeminiReply Error(int code, string status, string message, params string[] details)
    {
        ArgumentNullException.ThrowIfNull(details);
        return new FakeGeminiReply
        {
            Status = code,
            Body = new JsonObject
            {
                ["error"] = new JsonObject
                {
                    ["code"] = code,
                    ["message"] = message,
                    ["status"] = status,
                    ["details"] = new JsonArray([.. details.Select(detail => JsonNode.Parse(detail))]),
                },
            },
        };
    }

    /// <summary>A prompt that is refused: a success without candidates.</summary>
    public static FakeGeminiReply Blocked(string reason = "PROHIBITED_CONTENT") => new() { BlockReason = reason };

    /// <summary>A status and a body that are nobody's.</summary>
    public static FakeGeminiReply Bytes(int status, string body) => new() { Status = status, Raw = body };

    /// <summary>Adds a thought, which is shown only to those who ask.</summary>
    public FakeGeminiReply Thinking(string text)
    {
        Parts.Add(new JsonObject { ["text"] = text, ["thought"] = true });
        return this;
    }

    /// <summary>Adds a function call. Models that sign their thoughts sign the first of a turn.</summary>
    /// <param name="name">The function.</param>
    /// <param name="args">JSON.</param>
    /// <param name="id">Newer models give one; null = none.</param>
    public FakeGeminiReply Call(string name, string args = "{}", string? id = null)
    {
        var call = new JsonObject { ["name"] = name, ["args"] = JsonNode.Parse(args) };
        if (id is not null)
        {
            call["id"] = id;
        }

        Parts.Add(new JsonObject { ["functionCall"] = call });
        return this;
    }

    /// <summary>Adds a part as it is.</summary>
    public FakeGeminiReply Part(string json)
    {
        Parts.Add((JsonObject)JsonNode.Parse(json)!);
        return this;
    }

    /// <summary>Ends for this reason.</summary>
    public FakeGeminiReply Finish(string reason)
    {
        FinishReason = reason;
        return this;
    }

    /// <summary>States this usage at the end instead of what was counted.</summary>
    public FakeGeminiReply Using(string usageMetadata)
    {
        Usage = (JsonObject)JsonNode.Parse(usageMetadata)!;
        return this;
    }

    /// <summary>Sends a header `retry-after`; Google itself does not.</summary>
    public FakeGeminiReply Header(string retryAfter)
    {
        RetryAfter = retryAfter;
        return this;
    }

    /// <summary>A stream sends an error after its parts, and no finish.</summary>
    public FakeGeminiReply ThenError(int code, string status, string message)
    {
        ErrorInside = Error(code, status, message).Body;
        return this;
    }

    /// <summary>Sends its parts and no more, and keeps the connection.</summary>
    public FakeGeminiReply ThenStall() => Then("stall");

    /// <summary>Sends its parts and ends without a finish reason.</summary>
    public FakeGeminiReply ThenEnd() => Then("end");

    /// <summary>Sends its parts, or the half of a whole answer, and resets the connection.</summary>
    public FakeGeminiReply ThenReset() => Then("reset");

    /// <summary>Sends its parts, and something that is no JSON.</summary>
    public FakeGeminiReply ThenGarbage() => Then("garbage");

    /// <summary>Waits for the test before it answers.</summary>
    public FakeGeminiReply WaitFor(Task gate)
    {
        Gate = gate;
        return this;
    }

    /// <summary>Every byte goes out by itself.</summary>
    public FakeGeminiReply ByteByByte()
    {
        IsByteByByte = true;
        return this;
    }

    private FakeGeminiReply Then(string what)
    {
        After = what;
        return this;
    }

    internal bool Does(string what) => After == what;
}
