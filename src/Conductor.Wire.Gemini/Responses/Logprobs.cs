using System.Text.Json;

namespace Conductor.Wire.Gemini;

/// <summary>Log probabilities: `logprobsResult` here, OpenAI's `logprobs` in the types. There are no bytes on this wire, and the ids of tokens have no place on the other.</summary>
internal static class Logprobs
{
    /// <summary>As OpenAI writes them; null where there are none.</summary>
    public static JsonElement? Read(JsonElement result)
    {
        if (GeminiJson.Member(result, "chosenCandidates"u8, JsonValueKind.Array) is not { } chosen)
        {
            return null;
        }

        var tops = GeminiJson.Member(result, "topCandidates"u8, JsonValueKind.Array)?.EnumerateArray().ToList() ?? [];
        return GeminiJson.Build(writer =>
        {
            writer.WriteStartObject();
            writer.WriteStartArray("content"u8);
            var index = 0;
            foreach (var token in chosen.EnumerateArray())
            {
                WriteToken(writer, token, () =>
                {
                    writer.WriteStartArray("top_logprobs"u8);
                    var top = index < tops.Count ? GeminiJson.Member(tops[index], "candidates"u8, JsonValueKind.Array) : null;
                    foreach (var candidate in top?.EnumerateArray() ?? default)
                    {
                        WriteToken(writer, candidate, () => { });
                    }

                    writer.WriteEndArray();
                });
                index++;
            }

            writer.WriteEndArray();
            writer.WriteNull("refusal"u8);
            writer.WriteEndObject();
        });
    }

    /// <summary>Writes `logprobsResult` and `avgLogprobs` from OpenAI's form; nothing for anything else.</summary>
    public static void Write(Utf8JsonWriter writer, object? logprobs)
    {
        if (logprobs is not JsonElement element || GeminiJson.Member(element, "content"u8, JsonValueKind.Array) is not { } content)
        {
            return;
        }

        var tokens = content.EnumerateArray().ToList();
        if (tokens.Count > 0)
        {
            writer.WriteNumber("avgLogprobs"u8, tokens.Average(token => GeminiJson.Number(token, "logprob"u8) ?? 0));
        }

        writer.WriteStartObject("logprobsResult"u8);
        writer.WriteStartArray("topCandidates"u8);
        foreach (var token in tokens)
        {
            writer.WriteStartObject();
            writer.WriteStartArray("candidates"u8);
            foreach (var top in GeminiJson.Member(token, "top_logprobs"u8, JsonValueKind.Array)?.EnumerateArray() ?? default)
            {
                WriteCandidate(writer, top);
            }

            writer.WriteEndArray();
            writer.WriteEndObject();
        }

        writer.WriteEndArray();
        writer.WriteStartArray("chosenCandidates"u8);
        foreach (var token in tokens)
        {
            WriteCandidate(writer, token);
        }

        writer.WriteEndArray();
        writer.WriteEndObject();
    }

    private static void WriteToken(Utf8JsonWriter writer, JsonElement token, Action rest)
    {
        writer.WriteStartObject();
        writer.WriteString("token"u8, GeminiJson.Member(token, "token"u8, JsonValueKind.String)?.GetString() ?? "");
        writer.WriteNumber("logprob"u8, GeminiJson.Number(token, "logProbability"u8) ?? 0);
        writer.WriteNull("bytes"u8);
        rest();
        writer.WriteEndObject();
    }

    private static void WriteCandidate(Utf8JsonWriter writer, JsonElement token)
    {
        writer.WriteStartObject();
        writer.WriteString("token"u8, GeminiJson.Member(token, "token"u8, JsonValueKind.String)?.GetString() ?? "");
        writer.WriteNumber("logProbability"u8, GeminiJson.Number(token, "logprob"u8) ?? 0);
        writer.WriteEndObject();
    }
}
