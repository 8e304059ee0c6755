using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Conductor.TestKit;

/// <content>`/api/embed` and `/api/pull`.</content>
public sealed partial class FakeOllama
{
    /// <summary>With what `/api/embed` refuses every request; null = it answers.</summary>
    public (int Status, string Error)? EmbedFailure { get; set; }

    private async Task EmbedAsync(HttpContext context, JsonObject body, CancellationToken token)
    {
        if (EmbedFailure is var (status, error))
        {
            await ErrorAsync(context, status, error, token).ConfigureAwait(false);
            return;
        }

        if (Find(body) is not { } model)
        {
            await ErrorAsync(context, 404, $"model '{Name(body)}' not found", token).ConfigureAwait(false);
            return;
        }

        if (!model.Capabilities.Contains("embedding"))
        {
            await ErrorAsync(context, 501, "this model does not support embeddings", token).ConfigureAwait(false);
            return;
        }

        var numCtx = await LoadAsync(model, body, token).ConfigureAwait(false);
        var inputs = body["input"] is JsonArray several ? several.Select(text => (string?)text ?? "").ToList() : [(string?)body["input"] ?? ""];
        if ((bool?)body["truncate"] == false && inputs.Any(input => CountWords(input) > numCtx))
        {
            await ErrorAsync(context, 400, "the input length exceeds the context length", token).ConfigureAwait(false);
            return;
        }

        var dimensions = (int?)body["dimensions"] ?? 3;
        var answer = new JsonObject
        {
            ["model"] = Name(body),
            ["embeddings"] = new JsonArray([.. inputs.Select(input => new JsonArray([.. Vector(input, dimensions).Select(number => JsonValue.Create(number))]))]),
            ["total_duration"] = 14_143_917,
            ["load_duration"] = 1_019_500,
        };
        if (!model.IsPromptCached)
        {
            answer["prompt_eval_count"] = inputs.Sum(input => Math.Min(CountWords(input), numCtx));
        }

        await JsonAsync(context, answer, token).ConfigureAwait(false);
    }

    private async Task PullAsync(HttpContext context, JsonObject body, CancellationToken token)
    {
        var name = Full(Name(body));
        await LineAsync(context, """{"status":"pulling manifest"}""", token).ConfigureAwait(false);
        if (!_registry.TryGetValue(name, out var model))
        {
            await LineAsync(context, """{"error":"pull model manifest: file does not exist"}""", token).ConfigureAwait(false);
            return;
        }

        await model.Loading.WaitAsync(token).ConfigureAwait(false);
        var digest = model.Digest["sha256:".Length..];
        foreach (var completed in (int?[])[null, 1_000_000, 2_000_000])
        {
            var line = new JsonObject { ["status"] = "pulling " + digest[..Math.Min(12, digest.Length)], ["digest"] = model.Digest, ["total"] = 2_000_000 };
            if (completed is not null)
            {
                line["completed"] = completed;
            }

            await LineAsync(context, line.ToJsonString(), token).ConfigureAwait(false);
        }

        await LineAsync(context, """{"status":"verifying sha256 digest"}""", token).ConfigureAwait(false);
        await LineAsync(context, """{"status":"writing manifest"}""", token).ConfigureAwait(false);
        Add(model);
        await LineAsync(context, """{"status":"success"}""", token).ConfigureAwait(false);
    }

    // Of length one, the same for the same text.
    private static IEnumerable<float> Vector(string text, int dimensions)
    {
        var numbers = Enumerable.Range(1, dimensions).Select(i => text.Aggregate(i * 17, (sum, character) => unchecked((sum * 31) + character)) % 1000 / 1000f).ToList();
        var length = MathF.Max(MathF.Sqrt(numbers.Sum(number => number * number)), 1e-6f);
        return numbers.Select(number => number / length);
    }
}
