using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace Conductor.TestKit;

/// <summary>What OpenAI's Responses API answers: replies for a <see cref="FakeUpstream"/>, whole or as numbered events, as the request asks.</summary>
public static class FakeResponses
{
    private static readonly JsonSerializerOptions Bare = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>A message with this text, an event for each piece.</summary>
    public static FakeReply Text(params string[] pieces) => Reply([Message("msg_1", pieces)], isStalled: false);

    /// <summary>A message that is begun and never ended; only for streams.</summary>
    public static FakeReply Stall(params string[] pieces) => Reply([Message("msg_1", pieces)], isStalled: true);

    /// <summary>Calls of functions, side by side.</summary>
    public static FakeReply ToolCalls(params FakeToolCall[] calls)
    {
        ArgumentNullException.ThrowIfNull(calls);
        return Reply([.. calls.Select((call, i) => new Item(
            new JsonObject { ["type"] = "function_call", ["id"] = $"fc_{i}", ["call_id"] = call.Id, ["name"] = call.Name, ["arguments"] = call.Arguments, ["status"] = "completed" },
            [call.Arguments[..(call.Arguments.Length / 2)], call.Arguments[(call.Arguments.Length / 2)..]]))], isStalled: false);
    }

    private static Item Message(string id, string[] pieces) => new(
        new JsonObject
        {
            ["type"] = "message",
            ["id"] = id,
            ["role"] = "assistant",
            ["status"] = "completed",
            ["content"] = new JsonArray(new JsonObject { ["type"] = "output_text", ["text"] = string.Concat(pieces), ["annotations"] = new JsonArray(), ["logprobs"] = new JsonArray() }),
        },
        pieces);

    private static FakeReply Reply(IReadOnlyList<Item> items, bool isStalled) => FakeReply.Choose(request =>
    {
        var asked = request.Json;
        var model = asked.TryGetProperty("model", out var named) ? named.GetString()! : "fake-model";
        var whole = Response(model, "completed", new JsonArray([.. items.Select(item => item.Json.DeepClone())]));
        return asked.TryGetProperty("stream", out var stream) && stream.ValueKind == JsonValueKind.True
            ? FakeReply.Stream(Stream(items, whole, model, isStalled))
            : FakeReply.Json(whole.ToJsonString(Bare));
    });

    private static FakeStream Stream(IReadOnlyList<Item> items, JsonObject whole, string model, bool isStalled)
    {
        var (stream, number) = (new FakeStream(), 0);
        void Send(string type, JsonObject data)
        {
            data.Insert(0, "type", type);
            data["sequence_number"] = number++;
            stream.Raw($"event: {type}\ndata: {data.ToJsonString(Bare)}\n\n");
        }

        Send("response.created", new() { ["response"] = Response(model, "in_progress", []) });
        Send("response.in_progress", new() { ["response"] = Response(model, "in_progress", []) });
        for (var at = 0; at < items.Count; at++)
        {
            var (item, isMessage) = (items[at], (string?)items[at].Json["type"] == "message");
            JsonObject Place() => isMessage
                ? new() { ["item_id"] = item.Json["id"]!.DeepClone(), ["output_index"] = at, ["content_index"] = 0 }
                : new() { ["item_id"] = item.Json["id"]!.DeepClone(), ["output_index"] = at };
            JsonObject With(JsonObject place, string member, JsonNode? value)
            {
                place[member] = value;
                return place;
            }

            var begun = (JsonObject)item.Json.DeepClone();
            begun["status"] = "in_progress";
            begun[isMessage ? "content" : "arguments"] = isMessage ? new JsonArray() : "";
            Send("response.output_item.added", new() { ["output_index"] = at, ["item"] = begun });
            if (isMessage)
            {
                Send("response.content_part.added", With(Place(), "part", new JsonObject { ["type"] = "output_text", ["text"] = "", ["annotations"] = new JsonArray(), ["logprobs"] = new JsonArray() }));
            }

            foreach (var piece in item.Pieces)
            {
                Send(isMessage ? "response.output_text.delta" : "response.function_call_arguments.delta", With(Place(), "delta", piece));
            }

            if (isStalled)
            {
                return stream.Stall();
            }

            Send(isMessage ? "response.output_text.done" : "response.function_call_arguments.done", With(Place(), isMessage ? "text" : "arguments", string.Concat(item.Pieces)));
            if (isMessage)
            {
                Send("response.content_part.done", With(Place(), "part", item.Json["content"]![0]!.DeepClone()));
            }

            Send("response.output_item.done", new() { ["output_index"] = at, ["item"] = item.Json.DeepClone() });
        }

        Send("response.completed", new() { ["response"] = whole });
        return stream;
    }

    private static JsonObject Response(string model, string status, JsonArray output) => new()
    {
        ["id"] = "resp_" + Guid.NewGuid().ToString("N", CultureInfo.InvariantCulture),
        ["object"] = "response",
        ["created_at"] = 1_790_000_000,
        ["status"] = status,
        ["error"] = null,
        ["incomplete_details"] = null,
        ["instructions"] = null,
        ["max_output_tokens"] = null,
        ["model"] = model,
        ["output"] = output,
        ["parallel_tool_calls"] = true,
        ["previous_response_id"] = null,
        ["store"] = false,
        ["temperature"] = 1,
        ["text"] = new JsonObject { ["format"] = new JsonObject { ["type"] = "text" } },
        ["tool_choice"] = "auto",
        ["tools"] = new JsonArray(),
        ["top_p"] = 1,
        ["truncation"] = "disabled",
        ["usage"] = status != "completed" ? null : new JsonObject
        {
            ["input_tokens"] = 9,
            ["input_tokens_details"] = new JsonObject { ["cached_tokens"] = 0 },
            ["output_tokens"] = 2,
            ["output_tokens_details"] = new JsonObject { ["reasoning_tokens"] = 0 },
            ["total_tokens"] = 11,
        },
        ["metadata"] = new JsonObject(),
    };

    /// <summary>An item of the output, and the pieces in which it comes.</summary>
    private sealed record Item(JsonObject Json, IReadOnlyList<string> Pieces);
}
