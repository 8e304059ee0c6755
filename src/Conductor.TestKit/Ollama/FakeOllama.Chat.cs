using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Conductor.TestKit;

/// <content>`/api/chat`.</content>
public sealed partial class FakeOllama
{
    private async Task ChatAsync(HttpContext context, RecordedRequest request, JsonObject body, CancellationToken token)
    {
        if (Refuse(body) is var (status, error))
        {
            await ErrorAsync(context, status, error, token).ConfigureAwait(false);
            return;
        }

        var model = Find(body)!;
        var numCtx = await LoadAsync(model, body, token).ConfigureAwait(false);
        var messages = (body["messages"] as JsonArray)?.OfType<JsonObject>().ToList() ?? [];
        var words = messages.Sum(Words) + model.OwnWords;
        if (words > numCtx && (bool?)body["truncate"] == false)
        {
            await ErrorAsync(context, 400, $"prompt too long; exceeded max context length by {words - numCtx} tokens", token).ConfigureAwait(false);
            return;
        }

        // As the server does it by default: turns go from the beginning, system messages and the last one stay, and nobody is told.
        while (messages.Sum(Words) > numCtx && messages.FindIndex(0, Math.Max(0, messages.Count - 1), message => (string?)message["role"] != "system") is >= 0 and var oldest)
        {
            messages.RemoveAt(oldest);
        }

        var reply = _script.TryDequeue(out var scripted) ? scripted : _otherwise?.Invoke(request) ?? FakeOllamaReply.Text("Hello ", "from ", "Ollama.");
        if (reply.IsByteByByte)
        {
            context.Response.Body = new ByteByByteStream(context.Response.Body);
        }

        if (reply.Whole is var (whole, contentType))
        {
            context.Response.ContentType = contentType;
            await context.Response.Body.WriteAsync(whole, token).ConfigureAwait(false);
            return;
        }

        if (reply.ErrorStatus is { } failed)
        {
            await ErrorAsync(context, failed, reply.ErrorText, token).ConfigureAwait(false);
            return;
        }

        var turn = new Turn(model, Math.Min(messages.Sum(Words), numCtx), body);
        await (turn.IsStreaming ? StreamAsync(context, reply, turn, token) : WholeAsync(context, reply, turn, token)).ConfigureAwait(false);
    }

    private (int Status, string Error)? Refuse(JsonObject body)
    {
        if (Find(body) is not { } model)
        {
            return (404, $"model '{Name(body)}' not found");
        }

        bool Can(string what) => model.Capabilities.Contains(what);
        if (!Can("completion"))
        {
            return (400, $"\"{Name(body)}\" does not support chat");
        }

        if (body["tools"] is JsonArray { Count: > 0 } && !Can("tools"))
        {
            return (400, $"registry.ollama.ai/library/{Name(body)} does not support tools");
        }

        if (body["think"] is JsonValue think && !(think.TryGetValue<bool>(out var flag) && !flag) && !Can("thinking"))
        {
            return (400, $"\"{Name(body)}\" does not support thinking");
        }

        foreach (var message in (body["messages"] as JsonArray)?.OfType<JsonObject>() ?? [])
        {
            if (message["content"] is JsonArray)
            {
                return (400, "json: cannot unmarshal array into Go struct field ChatRequest.messages.content of type string");
            }

            if (message["images"] is JsonArray { Count: > 0 } images)
            {
                if (!Can("vision"))
                {
                    return (500, "this model is missing data required for image input");
                }

                if (!images.All(image => IsBase64((string?)image)))
                {
                    return (400, "illegal base64 data at input byte 4");
                }
            }

            foreach (var call in (message["tool_calls"] as JsonArray)?.OfType<JsonObject>() ?? [])
            {
                if (call["function"]?["arguments"] is not JsonObject)
                {
                    return (400, "json: cannot unmarshal string into Go struct field ToolCallFunction.messages.tool_calls.function.arguments");
                }
            }
        }

        return null;
    }

    private static async Task StreamAsync(HttpContext context, FakeOllamaReply reply, Turn turn, CancellationToken token)
    {
        foreach (var step in reply.Steps)
        {
            await (step.Gate ?? Task.CompletedTask).WaitAsync(token).ConfigureAwait(false);
            do
            {
                if (step.Raw is not null || step.Line is not null)
                {
                    await LineAsync(context, step.Raw ?? step.Line!.ToJsonString(), token).ConfigureAwait(false);
                }
                else if (step.Message is not null)
                {
                    await LineAsync(context, turn.Line(step.Message).ToJsonString(), token).ConfigureAwait(false);
                }
            }
            while (step.IsEndless);
            if (step.IsReset)
            {
                Reset(context);
            }

            if (step.IsLast)
            {
                return;
            }
        }

        await LineAsync(context, turn.Last(new JsonObject { ["role"] = "assistant", ["content"] = "" }, reply.DoneReason).ToJsonString(), token).ConfigureAwait(false);
    }

    private static async Task WholeAsync(HttpContext context, FakeOllamaReply reply, Turn turn, CancellationToken token)
    {
        var message = new JsonObject { ["role"] = "assistant", ["content"] = "" };
        foreach (var step in reply.Steps)
        {
            await (step.Gate ?? Task.CompletedTask).WaitAsync(token).ConfigureAwait(false);
            if (step.IsReset)
            {
                Reset(context);
                return;
            }

            if (step.Line is not null)
            {
                await JsonAsync(context, step.Line, token, 500).ConfigureAwait(false); // nothing has gone out yet
                return;
            }

            if (step.Raw is not null)
            {
                await context.Response.WriteAsync(step.Raw, token).ConfigureAwait(false);
                return;
            }

            turn.Merge(message, step.Message);
        }

        await JsonAsync(context, turn.Last(message, reply.DoneReason), token).ConfigureAwait(false);
    }

    private static bool IsBase64(string? text) => text is { Length: > 0 } && Convert.TryFromBase64String(text, new byte[text.Length], out _);

    private static int Words(JsonObject message) => CountWords((string?)message["content"]);

    private static int CountWords(string? text) => text?.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length ?? 0;

    /// <summary>One answer being made.</summary>
    private sealed class Turn(FakeOllamaModel model, int promptTokens, JsonObject body)
    {
        private int _tokens;

        public bool IsStreaming { get; } = (bool?)body["stream"] ?? true;

        public JsonObject Line(JsonObject message)
        {
            _tokens++;
            var line = new JsonObject { ["model"] = Name(body), ["created_at"] = "2026-11-20T10:00:00.123456789Z", ["message"] = message.DeepClone(), ["done"] = false };
            if ((bool?)body["logprobs"] == true && (string?)message["content"] is { Length: > 0 } text)
            {
                line["logprobs"] = Logprobs(text);
            }

            return line;
        }

        public void Merge(JsonObject whole, JsonObject? piece)
        {
            _tokens++;
            whole["content"] = (string?)whole["content"] + (string?)piece?["content"];
            if (piece?["thinking"] is { } thinking)
            {
                whole["thinking"] = (string?)whole["thinking"] + (string?)thinking;
            }

            foreach (var call in (piece?["tool_calls"] as JsonArray)?.ToList() ?? [])
            {
                ((JsonArray)(whole["tool_calls"] ??= new JsonArray())).Add(call!.DeepClone());
            }
        }

        // Zero counters are left out, as Go's `omitempty` does.
        public JsonObject Last(JsonObject message, string reason)
        {
            var tokens = _tokens;
            var line = Line(message);
            line["done"] = true;
            line["done_reason"] = reason;
            line["total_duration"] = 5_191_566_416;
            line["load_duration"] = 2_154_458;
            if (promptTokens > 0 && !model.IsPromptCached)
            {
                line["prompt_eval_count"] = promptTokens;
                line["prompt_eval_duration"] = 383_809_000;
            }

            if (tokens > 0)
            {
                line["eval_count"] = tokens;
                line["eval_duration"] = 4_799_921_000;
            }

            return line;
        }

        private JsonArray Logprobs(string text)
        {
            JsonObject Row(string token) => new() { ["token"] = token, ["logprob"] = -0.25, ["bytes"] = new JsonArray([.. System.Text.Encoding.UTF8.GetBytes(token).Select(value => JsonValue.Create((int)value))]) };
            var row = Row(text);
            row["top_logprobs"] = new JsonArray([.. Enumerable.Range(0, (int?)body["top_logprobs"] ?? 0).Select(i => Row($"{text}{i}"))]);
            return new JsonArray(row);
        }
    }
}
