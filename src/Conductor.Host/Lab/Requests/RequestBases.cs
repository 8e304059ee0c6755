using System.Text;
using Conductor.Host.Lab.Wires;
using Conductor.Host.Lab.Wires.Corpus;

namespace Conductor.Host.Lab.Requests;

/// <summary>A right request, to be broken.</summary>
/// <param name="Kind">The dialect and what is asked, for the table.</param>
/// <param name="Method">The method.</param>
/// <param name="Path">The address; it may hold the model.</param>
/// <param name="Body">The body; null = none.</param>
internal sealed record RequestBase(string Kind, string Method, string Path, JsonTree? Body);

/// <summary>Right requests of every dialect and operation, each for a target that speaks the dialect and for those that do not.</summary>
internal static class RequestBases
{
    /// <summary>The models that requests name: one for each dialect of a target, and one that the upstream fails by its script.</summary>
    public static IReadOnlyList<string> Models { get; } = ["openai/x", "anthropic/x", "google/x", "ollama/x", FailingModel];

    /// <summary>The part of a model's name by which the upstream knows that it is to fail.</summary>
    public const string Failing = "fails";

    private const string FailingModel = "openai/" + Failing;

    public static IReadOnlyList<RequestBase> All { get; } = [.. Make()];

    private static IEnumerable<RequestBase> Make()
    {
        foreach (var model in Models)
        {
            foreach (var (kind, path, seeds) in Posts(model))
            {
                foreach (var pieces in seeds)
                {
                    yield return new RequestBase(kind, "POST", path, For(model, JsonTree.Of(pieces[0])));
                }
            }
        }

        foreach (var (kind, path, body) in Operations)
        {
            yield return new RequestBase(kind, "POST", path, JsonTree.Of(Encoding.UTF8.GetBytes(body)));
        }

        foreach (var path in Gets)
        {
            yield return new RequestBase("gets", "GET", path, null);
        }
    }

    private static IEnumerable<(string Kind, string Path, IReadOnlyList<IReadOnlyList<byte[]>> Seeds)> Posts(string model) =>
    [
        ("openai chat", "/v1/chat/completions", [.. OpenAIRecordings.Requests, .. GeneratedBodies.Requests("openai")]),
        ("openai completions", "/v1/completions", OpenAIRecordings.Completions),
        ("openai embeddings", "/openai/v1/embeddings", OpenAIRecordings.Embeddings),
        ("openai deployment", $"/openai/deployments/{model}/chat/completions?api-version=2024-10-21", OpenAIRecordings.Requests),
        ("responses", "/v1/responses", [.. ResponsesRecordings.Requests, .. GeneratedBodies.Requests("responses")]),
        ("anthropic messages", "/v1/messages", [.. AnthropicRecordings.Requests, .. GeneratedBodies.Requests("anthropic")]),
        ("anthropic count", "/v1/messages/count_tokens", AnthropicRecordings.Requests),
        ("gemini generate", $"/v1beta/models/{model}:generateContent", [.. GeminiRecordings.Requests, .. GeneratedBodies.Requests("gemini")]),
        ("gemini stream", $"/v1beta/models/{model}:streamGenerateContent?alt=sse", GeminiRecordings.Requests),
        ("gemini array", $"/v1beta/models/{model}:streamGenerateContent", GeminiRecordings.Requests),
        ("gemini count", $"/v1beta/models/{model}:countTokens", GeminiRecordings.Requests),
        ("gemini embed", $"/v1beta/models/{model}:embedContent", Recorded.Bodies("""{"model":"models/x","content":{"parts":[{"text":"a"}]},"taskType":"RETRIEVAL_QUERY","title":"t","outputDimensionality":64}""")),
        ("gemini embeds", $"/v1beta/models/{model}:batchEmbedContents", Recorded.Bodies("""{"requests":[{"model":"models/x","content":{"parts":[{"text":"a"}]}},{"content":{"parts":[{"text":"b"}]}}]}""")),
        ("ollama chat", "/api/chat", [.. OllamaRecordings.Chats, .. GeneratedBodies.Requests("ollama")]),
        ("ollama generate", "/api/generate", OllamaRecordings.Prompts),
        ("ollama embed", "/api/embed", OllamaRecordings.Embeds),
        ("ollama embeddings", "/api/embeddings", Recorded.Bodies("""{"model":"x","prompt":"a","options":{},"keep_alive":"5m"}""")),
        ("ollama show", "/api/show", Recorded.Bodies("""{"model":"x","verbose":true}""", """{"name":"x"}""")),
        ("estimate", "/v1/estimate", Recorded.Bodies("""{"model":"x","messages":[{"role":"user","content":"hi"}],"max_tokens":5}""", """{"model":"x","input_tokens":10,"output_tokens":5,"cached_tokens":2}""", """{"model":"x","text":"hi"}""", """{"model":"x","input":["a","b"]}""")),
    ];

    private static (string Kind, string Path, string Body)[] Operations =>
    [
        ("operations", "/v1/operations/sentiment_analysis", """{"text":"I love it. You hate it.","language":"en","parameters":{},"context":{"user":"u"},"options":{}}"""),
        ("operations", "/v1/operations/summarization", """{"text":"One thing is this. Another thing is that. A third is neither.","parameters":{"max_sentences":1}}"""),
        ("operations", "/v1/operations/entity_extraction", """{"text":"Ada Lovelace wrote to Charles on 3 May 1843 from London.","parameters":{"types":["person","date"]}}"""),
        ("operations", "/v1/operations/intent_detection", """{"text":"Please book a table","parameters":{"intents":[{"name":"book","description":"wants a table","examples":["a table for two"]},{"name":"cancel"}]}}"""),
        ("operations", "/v1/operations/embeddings", """{"text":"one","parameters":{"dimensions":64,"texts":["a","b"]}}"""),
        ("operations", "/v1/operations/response_generation", """{"messages":[{"role":"system","content":"s"},{"role":"user","content":"hi"}],"model":"openai/x","temperature":0.5,"max_tokens":9}"""),
        ("operation streams", "/v1/operations/response_generation?stream=true", """{"text":"hi","model":"openai/x","options":{"force_provider":"openai"}}"""),
        ("operation batches", "/v1/operations/sentiment_analysis:batch", """{"inputs":[{"text":"a"},{"text":"b","parameters":{}},"c"],"options":{}}"""),
        ("operation batches", "/v1/operations/summarization", """{"inputs":["One thing. Another.","Two"],"parameters":{}}"""),
    ];

    private static string[] Gets =>
    [
        "/v1/models", "/v1/models/openai/x", "/v1beta/models?pageSize=3&pageToken=x", "/anthropic/v1/models?limit=5&after_id=openai/x", "/api/tags", "/api/version", "/api/ps", "/v1/operations", "/v1/operations/summarization",
        "/v1/usage?period=day&by=model", "/v1/usage?from=2026-01-01&until=2026-02-01&tenant=default", "/v1/generations/req_1", "/v1/responses/resp_1", "/v1/responses/resp_1/input_items?limit=2&order=asc", "/v1/status",
        "/v1/plugins", "/metrics", "/openapi.json", "/health", "/readyz", "/", "/docs",
    ];

    // The model that the request is for, and no word of a provider: `p` is none of this gateway's.
    private static JsonTree For(string model, JsonTree body)
    {
        for (var i = body.Names.Count - 1; i >= 0; i--)
        {
            var name = Encoding.UTF8.GetString(body.Names[i]);
            if (name is "\"model\"" or "\"name\"" && body.Items[i].Raw is not null)
            {
                body.Items[i] = JsonTree.Value(Encoding.UTF8.GetBytes($"\"{model}\""));
            }
            else if (name == "\"provider\"")
            {
                body.Names.RemoveAt(i);
                body.Items.RemoveAt(i);
            }
        }

        return body;
    }
}
