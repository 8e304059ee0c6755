using System.Text;
using Microsoft.Extensions.AI;

namespace Conductor.Providers.Ollama;

/// <summary>How many tokens a text may be, without its model's tokenizer. In tokens.</summary>
/// <param name="Least">It is hardly less: a prompt whose least is above the context is not worth sending.</param>
/// <param name="Likely">It is usually less: English takes about two thirds of it, and code, numbers and other scripts are counted dearer.</param>
/// <param name="Most">It is never more: a tokenizer at worst makes a token of every byte.</param>
internal readonly record struct TokenEstimate(long Least, long Likely, long Most)
{
    // A chat template sets a handful of tokens around every message, and may begin with a preamble of its own.
    private const int PerMessage = 16;
    private const int PerPrompt = 64;

    // Models take 256 to some thousand tokens for a picture, by model and size; nothing on the wire tells which.
    private const int PerImage = 1_536;
    private const int MostPerImage = 8_192;

    public static TokenEstimate operator +(TokenEstimate left, TokenEstimate right) => new(left.Least + right.Least, left.Likely + right.Likely, left.Most + right.Most);

    /// <summary>One text alone.</summary>
    public static TokenEstimate Of(string? text)
    {
        if (string.IsNullOrEmpty(text))
        {
            return default;
        }

        long thirds = 0;
        long visible = 0;
        foreach (var character in text)
        {
            thirds += character switch
            {
                ' ' or (>= 'a' and <= 'z') or (>= 'A' and <= 'Z') => 1,
                < '\u0800' => 3,
                _ => 6, // scripts whose characters are a token each, or several in a vocabulary that does not know them
            };
            visible += char.IsWhiteSpace(character) ? 0 : 1;
        }

        // A token is seldom longer than a word of eight letters; runs of spaces may be one token, whatever their length.
        return new TokenEstimate(visible / 8, (thirds + 2) / 3, Encoding.UTF8.GetByteCount(text));
    }

    /// <summary>A conversation with its tools.</summary>
    public static TokenEstimate Of(IEnumerable<ChatMessage> messages, ChatOptions? options)
    {
        var sum = new TokenEstimate(0, PerPrompt, 4 * PerPrompt) + Of(options?.Instructions);
        foreach (var message in messages)
        {
            sum += new TokenEstimate(0, PerMessage, 4 * PerMessage);
            foreach (var content in message.Contents)
            {
                sum += OfContent(content);
            }
        }

        foreach (var tool in options?.Tools ?? [])
        {
            sum += new TokenEstimate(0, PerMessage, 4 * PerMessage) + Of(tool.Name) + Of(tool.Description);
            sum += tool is AIFunctionDeclaration function ? Of(function.JsonSchema.GetRawText()) : default;
        }

        return sum;
    }

    private static TokenEstimate OfContent(AIContent content) => content switch
    {
        TextContent text => Of(text.Text),
        TextReasoningContent thinking => Of(thinking.Text),
        DataContent => new TokenEstimate(0, PerImage, MostPerImage),
        FunctionCallContent call => Of(call.Name) + (call.Arguments?.Aggregate(default(TokenEstimate), (sum, argument) => sum + Of(argument.Key) + Of(argument.Value?.ToString())) ?? default),
        FunctionResultContent result => Of(result.Result?.ToString()),
        _ => default,
    };
}
