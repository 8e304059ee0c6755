using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Conductor.TestKit;

/// <content>`generateContent` and `streamGenerateContent`.</content>
public sealed partial class FakeGemini
{
    // A protocol buffer has the members it has, in either spelling; here those that tests send.
    private static readonly string[] Known =
    [
        "model", "contents", "systemInstruction", "system_instruction", "tools", "toolConfig", "tool_config", "safetySettings", "safety_settings", "generationConfig", "generation_config",
        "cachedContent", "cached_content", "serviceTier", "service_tier", "store", "labels",
    ];

    private async Task GenerateAsync(HttpContext context, RecordedRequest request, FakeGeminiModel model, JsonObject body, bool isStreaming, CancellationToken token)
    {
        if (Check(model, body) is { } refusal)
        {
            await ErrorAsync(context, refusal, token).ConfigureAwait(false);
            return;
        }

        var reply = _script.TryDequeue(out var scripted) ? scripted : _otherwise?.Invoke(request) ?? FakeGeminiReply.Text("Hello", " from", " Gemini.");
        if (reply.Gate is { } gate)
        {
            await gate.WaitAsync(token).ConfigureAwait(false);
        }

        if (reply.Status is not null)
        {
            await ErrorAsync(context, reply, token).ConfigureAwait(false);
            return;
        }

        if (reply.IsByteByByte)
        {
            FakeServer.SendByteByByte(context);
        }

        var answer = new Answer(this, model, body, reply);
        await (isStreaming ? StreamAsync(context, answer, context.Request.Query["alt"] == "sse", token) : WholeAsync(context, answer, token)).ConfigureAwait(false);
    }

    private FakeGeminiReply? Check(FakeGeminiModel model, JsonObject body)
    {
        static FakeGeminiReply Wrong(string message) => FakeGeminiReply.Error(400, "INVALID_ARGUMENT", message);
        if (body.Select(member => member.Key).FirstOrDefault(name => !Known.Contains(name)) is { } unknown)
        {
            return FakeGeminiReply.Error(
                400, "INVALID_ARGUMENT", $"Invalid JSON payload received. Unknown name \"{unknown}\": Cannot find field.",
                $$"""{"@type":"type.googleapis.com/google.rpc.BadRequest","fieldViolations":[{"description":"Unknown name \"{{unknown}}\": Cannot find field."}]}""");
        }

        var contents = (body["contents"] as JsonArray)?.OfType<JsonObject>().ToList() ?? [];
        if (contents.Count == 0)
        {
            return Wrong("* GenerateContentRequest.contents: contents is not specified\n");
        }

        var words = CountWords(body);
        if (words > model.InputTokenLimit)
        {
            return Wrong($"The input token count ({words}) exceeds the maximum number of tokens allowed ({model.InputTokenLimit}).");
        }

        // Neighbours of one role are one turn: clients keep every piece of a stream as a content.
        var turns = new List<(string Role, List<JsonObject> Parts)>();
        foreach (var content in contents)
        {
            var parts = (content["parts"] as JsonArray)?.OfType<JsonObject>().ToList() ?? [];
            if (parts.Count == 0)
            {
                return Wrong($"* GenerateContentRequest.contents[{contents.IndexOf(content)}].parts: contents.parts must not be empty.\n");
            }

            var role = (string?)content["role"] ?? "user";
            if (turns is [.., var last] && last.Role == role)
            {
                last.Parts.AddRange(parts);
            }
            else
            {
                turns.Add((role, parts));
            }
        }

        for (var i = 0; i < turns.Count; i++)
        {
            var calls = turns[i].Parts.Where(part => part["functionCall"] is not null).ToList();
            if (calls.Count == 0)
            {
                continue;
            }

            var signature = (string?)calls[0]["thoughtSignature"];
            if (model.Signs && signature is null)
            {
                return Wrong($"Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call `default_api:{calls[0]["functionCall"]!["name"]}` , position {i + 1}.");
            }

            if (model.Signs && signature != LostSignature && !_signatures.ContainsKey(signature!))
            {
                return Wrong("Invalid thought signature.");
            }

            var results = i + 1 < turns.Count ? turns[i + 1].Parts.Count(part => part["functionResponse"] is not null) : calls.Count;
            if (results != calls.Count)
            {
                return Wrong("Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.");
            }
        }

        return null;
    }

    private static Task WholeAsync(HttpContext context, Answer answer, CancellationToken token)
    {
        if (!answer.Reply.Does("reset") && !answer.Reply.Does("garbage"))
        {
            return JsonAsync(context, answer.Whole(), token);
        }

        return answer.Reply.Does("garbage") ? GarbageAsync() : CutAsync();

        async Task GarbageAsync()
        {
            context.Response.ContentType = "application/json; charset=UTF-8";
            await context.Response.WriteAsync("{not json", token).ConfigureAwait(false);
        }

        async Task CutAsync()
        {
            context.Response.ContentType = "application/json; charset=UTF-8";
            context.Response.ContentLength = 10_000;
            await context.Response.WriteAsync("""{"candidates":[{"content":{"par""", token).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(token).ConfigureAwait(false);
            FakeServer.Reset(context);
        }
    }

    private static async Task StreamAsync(HttpContext context, Answer answer, bool isEvents, CancellationToken token)
    {
        context.Response.ContentType = isEvents ? "text/event-stream" : "application/json; charset=UTF-8";
        await context.Response.StartAsync(token).ConfigureAwait(false);
        var isFirst = true;
        foreach (var piece in answer.Pieces())
        {
            await SendAsync(piece.ToJsonString()).ConfigureAwait(false);
        }

        if (answer.Reply.Does("reset"))
        {
            FakeServer.Reset(context);
            return;
        }

        if (answer.Reply.Does("stall"))
        {
            await Task.Delay(Timeout.InfiniteTimeSpan, token).ConfigureAwait(false);
        }

        if (answer.Reply.Does("garbage"))
        {
            await SendAsync("{not json").ConfigureAwait(false);
        }

        if (answer.Reply.ErrorInside is { } error)
        {
            await SendAsync(error.ToJsonString()).ConfigureAwait(false);
        }

        if (!isEvents)
        {
            await context.Response.WriteAsync("]", token).ConfigureAwait(false);
        }

        async Task SendAsync(string json)
        {
            await context.Response.WriteAsync(isEvents ? $"data: {json}\r\n\r\n" : (isFirst ? "[" : ",\r\n") + json + "\n", token).ConfigureAwait(false);
            await context.Response.Body.FlushAsync(token).ConfigureAwait(false);
            isFirst = false;
        }
    }

    /// <summary>One answer, whole or in pieces.</summary>
    private sealed class Answer(FakeGemini server, FakeGeminiModel model, JsonObject body, FakeGeminiReply reply)
    {
        private readonly JsonObject _config = (body["generationConfig"] ?? body["generation_config"]) as JsonObject ?? [];
        private readonly string _id = "resp-" + Guid.NewGuid().ToString("N")[..12];
        private int _spoken;
        private int _thought;

        public FakeGeminiReply Reply => reply;

        public JsonObject Whole()
        {
            if (reply.BlockReason is not null)
            {
                return Blocked();
            }

            var parts = Parts().ToList();
            var texts = string.Concat(parts.Where(part => part["thought"] is null).Select(part => (string?)part["text"]));
            if (texts.Length > 0)
            {
                // A whole answer has its text in one part.
                var at = parts.FindIndex(part => part["text"] is not null && part["thought"] is null);
                parts.RemoveAll(part => part["text"] is not null && part["thought"] is null);
                parts.Insert(Math.Min(at, parts.Count), new JsonObject { ["text"] = texts });
            }

            var candidates = Enumerable.Range(0, (int?)_config["candidateCount"] ?? 1).Select(index => Candidate(parts.Select(part => (JsonObject)part.DeepClone()), index, reply.FinishReason, texts));
            return Frame(new JsonArray([.. candidates]), isLast: true);
        }

        public IEnumerable<JsonObject> Pieces()
        {
            if (reply.BlockReason is not null)
            {
                yield return Blocked();
                yield break;
            }

            foreach (var part in Parts())
            {
                yield return Frame(new JsonArray(Candidate([part], 0, null, (string?)part["text"])), isLast: false);
            }

            if (!reply.Does("reset") && !reply.Does("stall") && !reply.Does("end") && !reply.Does("garbage") && reply.ErrorInside is null)
            {
                yield return Frame(new JsonArray(Candidate([new JsonObject { ["text"] = "" }], 0, reply.FinishReason, null)), isLast: true);
            }
        }

        private IEnumerable<JsonObject> Parts()
        {
            var shows = (bool?)_config["thinkingConfig"]?["includeThoughts"] == true;
            var isFirstCall = true;
            foreach (var source in reply.Parts)
            {
                var part = (JsonObject)source.DeepClone();
                if ((bool?)part["thought"] == true)
                {
                    _thought += Words((string?)part["text"]);
                    if (!shows)
                    {
                        continue;
                    }
                }
                else
                {
                    _spoken += Math.Max(1, Words((string?)part["text"]));
                }

                if (part["functionCall"] is not null)
                {
                    if (isFirstCall && model.Signs)
                    {
                        part["thoughtSignature"] = server.Sign();
                    }

                    isFirstCall = false;
                }

                yield return part;
            }
        }

        private JsonObject Candidate(IEnumerable<JsonObject> parts, int index, string? finish, string? text)
        {
            var list = parts.ToList();
            var candidate = new JsonObject();
            if (list.Count > 0)
            {
                candidate["content"] = new JsonObject { ["parts"] = new JsonArray([.. list]), ["role"] = "model" };
            }

            if (finish is not null)
            {
                candidate["finishReason"] = finish;
            }

            candidate["index"] = index;
            if ((bool?)_config["responseLogprobs"] == true && !string.IsNullOrEmpty(text))
            {
                JsonObject Token(string token) => new() { ["token"] = token, ["tokenId"] = 7, ["logProbability"] = -0.25 };
                candidate["avgLogprobs"] = -0.25;
                candidate["logprobsResult"] = new JsonObject
                {
                    ["topCandidates"] = new JsonArray(new JsonObject { ["candidates"] = new JsonArray([.. Enumerable.Range(0, (int?)_config["logprobs"] ?? 0).Select(i => Token($"{text}{i}"))]) }),
                    ["chosenCandidates"] = new JsonArray(Token(text)),
                };
            }

            return candidate;
        }

        private JsonObject Blocked() => new()
        {
            ["promptFeedback"] = new JsonObject { ["blockReason"] = reply.BlockReason },
            ["usageMetadata"] = new JsonObject { ["promptTokenCount"] = CountWords(body), ["totalTokenCount"] = CountWords(body) },
            ["modelVersion"] = model.Name,
            ["responseId"] = _id,
        };

        private JsonObject Frame(JsonArray candidates, bool isLast)
        {
            var prompt = CountWords(body);
            var usage = new JsonObject { ["promptTokenCount"] = prompt, ["candidatesTokenCount"] = _spoken, ["totalTokenCount"] = prompt + _spoken + _thought };
            if (_thought > 0)
            {
                usage["thoughtsTokenCount"] = _thought;
            }

            return new JsonObject
            {
                ["candidates"] = candidates,
                ["usageMetadata"] = isLast && reply.Usage is { } stated ? stated.DeepClone() : usage,
                ["modelVersion"] = model.Name,
                ["responseId"] = _id,
            };
        }
    }
}
