using System.Text.Json;
using Conductor.Providers;
using Conductor.Schemas;
using Microsoft.Extensions.AI;

namespace Conductor.Operations;

/// <summary>Gets an answer of a given shape from a chat model: asks, reads, checks, and asks once more where the answer does not fit.</summary>
public static class StructuredOutput
{
    // What is quoted back of an answer, so that a long one does not push the prompt out of the context window.
    private const int LongestQuote = 8_000;

    /// <summary>Asks for JSON that fits <paramref name="schema"/>.</summary>
    /// <param name="ask">Asks the model; called once or twice. Its exceptions pass through.</param>
    /// <param name="messages">The prompt.</param>
    /// <param name="options">The model's settings; copied, not changed.</param>
    /// <param name="schema">JSON Schema of the answer.</param>
    /// <param name="schemaName">A name for it: letters, digits, `_` and `-`.</param>
    /// <param name="modelHasNativeJsonSchema">Whether the model takes the schema as a parameter; otherwise it is written into the prompt.</param>
    /// <param name="accept">A further check: null for an answer that is right, else what is wrong, addressed to the model.</param>
    /// <exception cref="StructuredOutputException">Both answers are wrong, or the first is and no room was left to ask again.</exception>
    /// <exception cref="JsonSchemaException">The schema is not one.</exception>
    public static async Task<StructuredReply> RunAsync(
        Func<IReadOnlyList<ChatMessage>, ChatOptions, Task<ChatResponse>> ask,
        IReadOnlyList<ChatMessage> messages,
        ChatOptions options,
        JsonElement schema,
        string schemaName,
        bool modelHasNativeJsonSchema,
        Func<string, string?>? accept = null)
    {
        ArgumentNullException.ThrowIfNull(ask);
        ArgumentNullException.ThrowIfNull(messages);
        ArgumentNullException.ThrowIfNull(options);
        ArgumentException.ThrowIfNullOrEmpty(schemaName);
        var reader = new StructuredReplyReader(JsonSchema.Compile(schema), schema, accept);

        var settings = options.Clone();
        IReadOnlyList<ChatMessage> prompt;
        if (modelHasNativeJsonSchema)
        {
            settings.ResponseFormat = ChatResponseFormat.ForJsonSchema(schema, schemaName);
            prompt = messages;
        }
        else
        {
            prompt = WithInstruction(messages, Instruction(schema, reader.IsObject));
        }

        var first = await ask(prompt, settings).ConfigureAwait(false);
        var answer = reader.Read(first, settings.MaxOutputTokens);
        if (answer.Json is not null)
        {
            return new StructuredReply(answer.Json, first.FinishReason?.Value, [first], WasRepaired: false);
        }

        if (first.FinishReason == ChatFinishReason.ContentFilter)
        {
            throw new StructuredOutputException("The provider's content filter ended the answer.", [first]);
        }

        ChatResponse second;
        try
        {
            second = await ask(WithMistake(prompt, first, answer.Mistake!, reader.IsObject), settings).ConfigureAwait(false);
        }
        catch (ProviderException tooLong) when (tooLong.Kind is ProviderErrorKind.ContextLengthExceeded)
        {
            // The caller's own prompt did fit: what is wrong is the answer.
            throw new StructuredOutputException(answer.Mistake!, [first]);
        }

        var repaired = reader.Read(second, settings.MaxOutputTokens);
        return repaired.Json is not null
            ? new StructuredReply(repaired.Json, second.FinishReason?.Value, [first, second], WasRepaired: true)
            : throw new StructuredOutputException(repaired.Mistake!, [first, second]);
    }

    private static string Instruction(JsonElement schema, bool isObject) =>
        $"Answer with one JSON {(isObject ? "object" : "value")} and nothing else: no other words, no code fence. "
        + $"It has to fit this JSON Schema:\n{JsonText.Write(schema)}";

    private static List<ChatMessage> WithInstruction(IReadOnlyList<ChatMessage> messages, string instruction)
    {
        var prompt = new List<ChatMessage>(messages);
        var at = prompt.FindIndex(message => message.Role == ChatRole.System);
        if (at < 0)
        {
            prompt.Insert(0, new ChatMessage(ChatRole.System, instruction));
        }
        else
        {
            var text = prompt[at].Text;
            prompt[at] = new ChatMessage(ChatRole.System, text.Length == 0 ? instruction : $"{text}\n\n{instruction}");
        }

        return prompt;
    }

    private static List<ChatMessage> WithMistake(IReadOnlyList<ChatMessage> prompt, ChatResponse response, string mistake, bool isObject)
    {
        var answer = StructuredReplyReader.WithoutThoughts(response.Text).Trim();
        if (answer.Length > LongestQuote)
        {
            answer = $"{answer[..(LongestQuote / 2)]}\n[…]\n{answer[^(LongestQuote / 2)..]}";
        }

        // Many models refuse an empty message, and many want the roles to take turns.
        return
        [
            .. prompt,
            new ChatMessage(ChatRole.Assistant, answer.Length == 0 ? "(no answer)" : answer),
            new ChatMessage(
                ChatRole.User,
                $"This answer cannot be used: {mistake}\nAnswer again with the whole corrected JSON {(isObject ? "object" : "value")} and nothing else."),
        ];
    }
}
