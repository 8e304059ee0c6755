using Conductor.Calls;
using Conductor.Tokens;
using Microsoft.Extensions.AI;

namespace Conductor.Costing;

/// <summary>How many tokens something has for a model: counted with its own vocabulary where that is known, else estimated.</summary>
public static class TokenCounter
{
    // OpenAI's rule for the models of both of its vocabularies: three tokens frame each message, one more where it has a name, three begin the answer.
    private const int TokensPerMessage = 3;
    private const int TokensPerName = 1;
    private const int TokensToBeginAnswer = 3;

    /// <summary>A text.</summary>
    /// <param name="model">The provider's name of the model.</param>
    /// <param name="text">The text; null counts as empty.</param>
    public static TokenCount Text(string model, string? text) => Tokenizers.For(model) is { } tokenizer
        ? new TokenCount(tokenizer.Count(text), IsExact: true)
        : new TokenCount(UsageEstimator.TextTokens(text), IsExact: false);

    /// <summary>Texts that are to become vectors.</summary>
    public static TokenCount Texts(string model, IReadOnlyList<string> texts)
    {
        ArgumentNullException.ThrowIfNull(texts);
        return Tokenizers.For(model) is { } tokenizer
            ? new TokenCount(texts.Sum(text => (long)tokenizer.Count(text)), IsExact: true)
            : new TokenCount(UsageEstimator.InputTokens(new EmbeddingRequest(texts, Dimensions: null)), IsExact: false);
    }

    /// <summary>
    /// A conversation. Exact for OpenAI's models and messages of text: how pictures, tools, schemas and thinking are put before a model is not published, and what frames
    /// a message of Llama's depends on its template. These are estimates.
    /// </summary>
    public static TokenCount Chat(string model, ChatRequest request)
    {
        ArgumentNullException.ThrowIfNull(request);
        if (Tokenizers.For(model) is not { } tokenizer)
        {
            return new TokenCount(UsageEstimator.MessageTokens(request.Messages) + UsageEstimator.ToolTokens(request.Options), IsExact: false);
        }

        var isExact = tokenizer != Tokenizers.Llama2 && request.Options is { Tools: null or { Count: 0 }, ResponseFormat: null or ChatResponseFormatText };
        long tokens = TokensToBeginAnswer + UsageEstimator.ToolTokens(request.Options);
        if (request.Options.Instructions is { Length: > 0 } instructions)
        {
            tokens += TokensPerMessage + tokenizer.Count("system") + tokenizer.Count(instructions);
        }

        foreach (var message in request.Messages)
        {
            tokens += TokensPerMessage + tokenizer.Count(message.Role.Value);
            tokens += message.AuthorName is { } name ? TokensPerName + tokenizer.Count(name) : 0;
            foreach (var content in message.Contents)
            {
                isExact &= content is TextContent;
                tokens += content is TextContent text ? tokenizer.Count(text.Text) : TokenWeights.ToTokens(UsageEstimator.WeightOf(content));
            }
        }

        return new TokenCount(tokens, isExact);
    }
}

/// <summary>A number of tokens.</summary>
/// <param name="Tokens">Zero or more.</param>
/// <param name="IsExact">True: as the model's own vocabulary counts. False: an estimate, usually within a quarter.</param>
public readonly record struct TokenCount(long Tokens, bool IsExact);
