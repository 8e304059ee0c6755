using System.Text;
using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Conductor.TestKit;

/// <content>`/v1/messages`.</content>
public sealed partial class FakeAnthropic
{
    private async Task MessagesAsync(HttpContext context, RecordedRequest request, CancellationToken token)
    {
        if (Check(request, isCounting: false, out var body) is var (status, message))
        {
            await ErrorAsync(context, status, message, token).ConfigureAwait(false);
            return;
        }

        var reply = _script.TryDequeue(out var scripted) ? scripted : _otherwise?.Invoke(request) ?? FakeAnthropicReply.Text("Hello ", "from ", "Claude.");
        if (reply.IsByteByByte)
        {
            FakeServer.SendByteByByte(context);
        }

        if (reply.ErrorStatus is { } failed)
        {
            foreach (var (name, value) in reply.ErrorHeaders)
            {
                context.Response.Headers[name] = value;
            }

            await ErrorAsync(context, failed, reply.ErrorMessage, token, reply.ErrorType).ConfigureAwait(false);
        }
        else if (reply.Body is var (bytes, contentType))
        {
            context.Response.ContentType = contentType;
            await context.Response.Body.WriteAsync(bytes, token).ConfigureAwait(false);
        }
        else
        {
            var words = Words(body);
            context.Response.Headers["anthropic-ratelimit-requests-limit"] = "50";
            context.Response.Headers["anthropic-ratelimit-requests-remaining"] = "49";
            context.Response.Headers["anthropic-ratelimit-requests-reset"] = "2026-11-20T10:00:00Z";
            await ((bool?)body["stream"] == true
                ? StreamAsync(context, reply, (string)body["model"]!, words, token)
                : WholeAsync(context, reply, (string)body["model"]!, words, token)).ConfigureAwait(false);
        }
    }

    private static async Task WholeAsync(HttpContext context, FakeAnthropicReply reply, string model, int words, CancellationToken token)
    {
        var content = new JsonArray();
        foreach (var step in reply.Steps)
        {
            await (step.Gate ?? Task.CompletedTask).WaitAsync(token).ConfigureAwait(false);
            switch (step.Kind)
            {
                case "error":
                    await ErrorAsync(context, FakeAnthropicReply.StatusOf(step.Name), step.Pieces[0], token, step.Name).ConfigureAwait(false);
                    return;
                case "cut" or "reset":
                    context.Response.ContentType = "application/json";
                    context.Response.ContentLength = 1_000;
                    await context.Response.Body.WriteAsync("""{"id":"msg_fake","type":"mess"""u8.ToArray(), token).ConfigureAwait(false);
                    await context.Response.Body.FlushAsync(token).ConfigureAwait(false);
                    FakeServer.Reset(context);
                    return;
                case "raw":
                    await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(step.Name), token).ConfigureAwait(false);
                    return;
                case var _ when step.IsBlock:
                    content.Add(step.Whole());
                    break;
            }
        }

        var message = Message(model, content, StopReasonOf(reply), reply.StopSequence, reply.Usage.ToJson(words, reply.OutputTokens));
        await JsonAsync(context, message, token).ConfigureAwait(false);
    }

    private static async Task StreamAsync(HttpContext context, FakeAnthropicReply reply, string model, int words, CancellationToken token)
    {
        // A gate before anything else holds the headers, too.
        var steps = reply.Steps;
        for (var first = 0; first < steps.Count && steps[first].Gate is { } gate; first++)
        {
            await gate.WaitAsync(token).ConfigureAwait(false);
        }

        context.Response.ContentType = "text/event-stream; charset=utf-8";
        context.Response.Headers.CacheControl = "no-cache";
        var start = Message(model, [], null, null, reply.Usage.ToJson(words, 1));
        await EventAsync(context, "message_start", new() { ["type"] = "message_start", ["message"] = start }, token).ConfigureAwait(false);
        var index = 0;
        foreach (var step in steps)
        {
            await (step.Gate ?? Task.CompletedTask).WaitAsync(token).ConfigureAwait(false);
            switch (step.Kind)
            {
                case "ping":
                    await EventAsync(context, "ping", new() { ["type"] = "ping" }, token).ConfigureAwait(false);
                    break;
                case "error":
                    await EventAsync(context, "error", ErrorJson(context, step.Name, step.Pieces[0]), token).ConfigureAwait(false);
                    return;
                case "cut":
                    return;
                case "reset":
                    FakeServer.Reset(context);
                    return;
                case "raw":
                    await context.Response.Body.WriteAsync(Encoding.UTF8.GetBytes(step.Name), token).ConfigureAwait(false);
                    await context.Response.Body.FlushAsync(token).ConfigureAwait(false);
                    break;
                case var _ when step.IsBlock:
                    await BlockAsync(context, step, index++, token).ConfigureAwait(false);
                    break;
            }
        }

        var end = new JsonObject
        {
            ["type"] = "message_delta",
            ["delta"] = new JsonObject { ["stop_reason"] = StopReasonOf(reply), ["stop_sequence"] = reply.StopSequence },
            ["usage"] = reply.Usage.ToJson(words, reply.OutputTokens),
        };
        await EventAsync(context, "message_delta", end, token).ConfigureAwait(false);
        await EventAsync(context, "message_stop", new() { ["type"] = "message_stop" }, token).ConfigureAwait(false);
    }

    private static async Task BlockAsync(HttpContext context, FakeAnthropicStep step, int index, CancellationToken token)
    {
        await EventAsync(context, "content_block_start", new() { ["type"] = "content_block_start", ["index"] = index, ["content_block"] = step.Start() }, token).ConfigureAwait(false);
        if (index == 0)
        {
            await EventAsync(context, "ping", new() { ["type"] = "ping" }, token).ConfigureAwait(false); // upstream sends one here
        }

        foreach (var delta in step.Deltas())
        {
            await EventAsync(context, "content_block_delta", new() { ["type"] = "content_block_delta", ["index"] = index, ["delta"] = delta }, token).ConfigureAwait(false);
        }

        await EventAsync(context, "content_block_stop", new() { ["type"] = "content_block_stop", ["index"] = index }, token).ConfigureAwait(false);
    }

    private static JsonObject Message(string model, JsonArray content, string? stopReason, string? stopSequence, JsonObject usage) => new()
    {
        ["id"] = "msg_fake",
        ["type"] = "message",
        ["role"] = "assistant",
        ["model"] = model,
        ["content"] = content,
        ["stop_reason"] = stopReason,
        ["stop_sequence"] = stopSequence,
        ["usage"] = usage,
    };

    private static string StopReasonOf(FakeAnthropicReply reply) =>
        reply.StopReason ?? (reply.Steps.Exists(step => step.Kind == "tool_use") ? "tool_use" : "end_turn");
}
