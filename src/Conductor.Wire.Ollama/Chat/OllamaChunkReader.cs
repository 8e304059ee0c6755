using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.AI;

namespace Conductor.Wire.Ollama;

/// <summary>One answer's lines: bytes to updates. A whole answer is a stream of one line. For one answer, not for two threads.</summary>
public sealed class OllamaChunkReader
{
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);
    private int _calls;

    /// <summary>Whether the line with `done: true` has come: only then is the stream's end a success.</summary>
    public bool IsDone { get; private set; }

    /// <summary>Reads a whole answer.</summary>
    /// <exception cref="WireResponseException">The bytes are no answer, an error, or one that is not done.</exception>
    public static ChatResponse ReadWhole(ReadOnlySpan<byte> body)
    {
        var reader = new OllamaChunkReader();
        if (reader.Read(body) is not { } update || !reader.IsDone)
        {
            throw new WireResponseException("The answer is not done.");
        }

        var usage = update.Contents.OfType<UsageContent>().FirstOrDefault();
        var message = new ChatMessage(ChatRole.Assistant, [.. update.Contents.Where(content => content is not UsageContent)]) { AdditionalProperties = update.AdditionalProperties };
        return new ChatResponse(message) { ModelId = update.ModelId, CreatedAt = update.CreatedAt, FinishReason = update.FinishReason, Usage = usage?.Details };
    }

    /// <summary>Reads one line; null where it holds nothing.</summary>
    /// <exception cref="WireResponseException">The line is no answer, or an error.</exception>
    public ChatResponseUpdate? Read(ReadOnlySpan<byte> line) => OllamaJson.Read(line, Read);

    private ChatResponseUpdate? Read(JsonElement root)
    {
        if (IsDone)
        {
            return null; // nothing that follows belongs to the answer
        }

        var isDone = OllamaJson.Member(root, "done"u8, JsonValueKind.True) is not null;
        var message = OllamaJson.MemberOrNothing(root, "message"u8, JsonValueKind.Object);
        if (message is null && !isDone)
        {
            throw new WireResponseException("A line of the answer has neither a message nor 'done'.");
        }

        var update = new ChatResponseUpdate
        {
            Role = ChatRole.Assistant,
            ModelId = OllamaJson.String(root, "model"u8),
            CreatedAt = OllamaJson.String(root, "created_at"u8) is { } created && DateTimeOffset.TryParse(created, null, out var at) ? at : null,
        };
        if (message is { } said)
        {
            ReadMessage(root, said, update);
        }

        if (OllamaJson.Member(root, "logprobs"u8, JsonValueKind.Array) is { } logprobs && logprobs.GetArrayLength() > 0)
        {
            update.AdditionalProperties = new() { ["logprobs"] = OllamaLogprobs.ToOpenAI(logprobs) };
        }

        if (isDone)
        {
            IsDone = true;
            update.FinishReason = FinishOf(OllamaJson.String(root, "done_reason"u8));
            if (UsageOf(root) is { } usage)
            {
                update.Contents.Add(new UsageContent(usage));
            }
        }

        return update.Contents.Count > 0 || isDone || update.AdditionalProperties is not null ? update : null;
    }

    private void ReadMessage(JsonElement root, JsonElement message, ChatResponseUpdate update)
    {
        if (OllamaJson.MemberOrNothing(message, "thinking"u8, JsonValueKind.String)?.GetString() is { Length: > 0 } thinking)
        {
            update.Contents.Add(new TextReasoningContent(thinking));
        }

        if (OllamaJson.MemberOrNothing(message, "content"u8, JsonValueKind.String)?.GetString() is { Length: > 0 } text)
        {
            update.Contents.Add(new TextContent(text));
        }

        foreach (var call in OllamaJson.MemberOrNothing(message, "tool_calls"u8, JsonValueKind.Array)?.EnumerateArray() ?? default)
        {
            update.Contents.Add(ReadCall(root, call));
        }
    }

    private FunctionCallContent ReadCall(JsonElement root, JsonElement call)
    {
        if (OllamaJson.Member(call, "function"u8, JsonValueKind.Object) is not { } function || OllamaJson.String(function, "name"u8) is not { Length: > 0 } name)
        {
            throw new WireResponseException("A tool call of the answer has no function name.");
        }

        var arguments = new Dictionary<string, object?>();
        if (function.TryGetProperty("arguments"u8, out var given) && given.ValueKind is not (JsonValueKind.Null or JsonValueKind.Object))
        {
            throw new WireResponseException("A tool call's arguments are not an object.");
        }

        foreach (var member in given.ValueKind == JsonValueKind.Object ? given.EnumerateObject() : default)
        {
            arguments[member.Name] = member.Value;
        }

        var id = OllamaJson.String(call, "id"u8);
        if (string.IsNullOrEmpty(id) || !_ids.Add(id))
        {
            id = MakeId(root, name, given);
            _ids.Add(id);
        }

        _calls++;
        return new FunctionCallContent(id, name, arguments);
    }

    // Servers of old send none, and a result could not be matched to its call. Made from what was said and when, so that reading the same bytes again
    // gives the same id, and another turn's call of the same tool another one.
    private string MakeId(JsonElement root, string name, JsonElement arguments)
    {
        var seed = $"{OllamaJson.String(root, "created_at"u8)}\n{_calls}\n{name}\n{(arguments.ValueKind == JsonValueKind.Object ? arguments.GetRawText() : "")}";
        return "call_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(seed)).AsSpan(0, 12));
    }

    // The server says `stop` to a turn that ends in tool calls, and very old ones say nothing.
    private ChatFinishReason FinishOf(string? reason) => reason?.Trim() switch
    {
        null or "" or "stop" => _calls > 0 ? ChatFinishReason.ToolCalls : ChatFinishReason.Stop,
        "length" => ChatFinishReason.Length,
        "load" or "unload" => throw new WireResponseException("The server loaded or unloaded the model and did not answer."),
        var other => new ChatFinishReason(other),
    };

    /// <summary>
    /// Null unless the prompt was counted. The server leaves the counter out when it is zero, and no prompt is: half of a usage would be booked as
    /// a prompt of nothing, so what is not known is said as that.
    /// </summary>
    private static UsageDetails? UsageOf(JsonElement root)
    {
        if (OllamaJson.Count(root, "prompt_eval_count"u8) is not (> 0 and var input))
        {
            return null;
        }

        var output = OllamaJson.Count(root, "eval_count"u8) ?? 0;
        return new UsageDetails { InputTokenCount = input, OutputTokenCount = output, TotalTokenCount = input + output };
    }
}
