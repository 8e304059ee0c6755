using System.Buffers;
using System.Text.Json;

namespace Conductor.Wire.OpenAI;

/// <summary>Requests of `/v1/completions`: bytes to types.</summary>
public static class OpenAICompletionsReader
{
    /// <summary>How many tokens the dialect answers with where the request names no number.</summary>
    public const int DefaultMaxTokens = 16;

    private const int MaxLogprobs = 20;

    /// <summary>Reads a request as a chat. What a chat answers to is not quite the same question: `prompt` is noted as changed.</summary>
    /// <param name="body">The body.</param>
    /// <param name="losses">Where it is noted, and `best_of` as dropped.</param>
    /// <exception cref="WireRequestException">The body is no such request, or asks what a chat cannot do: several prompts, token ids, a suffix, no tokens.</exception>
    public static OpenAICompletionsRequest Read(ReadOnlySpan<byte> body, LossReport losses)
    {
        ArgumentNullException.ThrowIfNull(losses);
        var root = new RequestElement(StrictJson.ParseRequest(body), "");
        var prompt = PromptOf(root["prompt"]);
        var isEchoed = root["echo"].OptionalBoolean() ?? false;
        var logprobs = root["logprobs"].OptionalInteger(0, MaxLogprobs);
        var best = root["best_of"].OptionalInteger(1, KnownMembers.MaxChoices) ?? 1;
        if (root["suffix"].OptionalString() is { Length: > 0 })
        {
            throw Cannot("suffix", "asks for a text to be filled in");
        }

        if (root["max_tokens"].OptionalInteger(0, int.MaxValue) == 0)
        {
            throw Cannot("max_tokens", "asks for no token");
        }

        losses.Change("prompt");
        if (best > (root["n"].OptionalInteger(1, KnownMembers.MaxChoices) ?? 1))
        {
            losses.Drop("best_of");
        }

        var chat = new ArrayBufferWriter<byte>(body.Length + 64);
        WireJson.Write(chat, writer => WriteChat(writer, root.Value, prompt, logprobs));
        return new OpenAICompletionsRequest(OpenAIRequestReader.Read(chat.WrittenSpan), prompt) { Echo = isEchoed };
    }

    private static void WriteChat(Utf8JsonWriter writer, JsonElement root, string prompt, long? logprobs)
    {
        var hasLimit = false;
        writer.WriteStartObject();
        writer.WriteStartArray("messages"u8);
        writer.WriteStartObject();
        writer.WriteString("role"u8, "user"u8);
        writer.WriteString("content"u8, prompt);
        writer.WriteEndObject();
        writer.WriteEndArray();
        if (logprobs is { } top)
        {
            writer.WriteBoolean("logprobs"u8, true);
            writer.WriteNumber("top_logprobs"u8, top);
        }

        foreach (var member in root.EnumerateObject())
        {
            if (member.Name is "prompt" or "messages" or "echo" or "logprobs" or "top_logprobs" or "best_of" or "suffix")
            {
                continue;
            }

            hasLimit |= member.Name is "max_tokens" or "max_completion_tokens" && member.Value.ValueKind != JsonValueKind.Null;
            member.WriteTo(writer);
        }

        if (!hasLimit)
        {
            writer.WriteNumber("max_completion_tokens"u8, DefaultMaxTokens);
        }

        writer.WriteEndObject();
    }

    private static string PromptOf(RequestElement prompt)
    {
        if (prompt.Value.ValueKind == JsonValueKind.Array)
        {
            List<RequestElement> items = [.. prompt.Items()];
            if (items.Exists(item => item.Value.ValueKind is JsonValueKind.Number or JsonValueKind.Array))
            {
                throw Cannot("prompt", "holds token ids, and this model takes text only");
            }

            return items is [var only] ? only.NonEmptyString()
                : items.Count == 0 ? throw prompt.Invalid("must not be empty")
                : throw Cannot("prompt", "holds several texts, and this model takes one");
        }

        return prompt.Value.ValueKind is JsonValueKind.String ? prompt.NonEmptyString()
            : prompt.IsNull ? throw prompt.Missing()
            : throw prompt.WrongType("a string, an array of strings or arrays of token ids");
    }

    private static WireRequestException Cannot(string param, string what) =>
        new(param, $"'{param}' {what}; it is answered as a chat here, which cannot do that.", WireRequestCodes.Unsupported);
}
