using Conductor.Calls;
using Conductor.Errors;
using Conductor.Tokens;

namespace Conductor.Invoke;

/// <summary>Token ids as the texts that they stand for, for targets that take text alone.</summary>
internal static class TokenInputs
{
    /// <summary>Decodes the inputs of a call. Whose vocabulary they are of, only the model's name can tell: the caller cut its text by the name that it asks for, or the target's own.</summary>
    /// <exception cref="InvalidRequestException">The vocabulary is not known here, an id is not in it, or a text is too long.</exception>
    public static IReadOnlyList<string> ToTexts(EmbeddingCall call, string target)
    {
        var tokenizer = Tokenizers.For(call.Model) ?? Tokenizers.For(target) ?? throw new InvalidRequestException(
            $"'input' holds token ids, '{target}' takes text, and the vocabulary of '{call.Model}' is not known here; send text, or ask by a name whose vocabulary is known, for example 'text-embedding-3-small'.",
            "input",
            "unsupported_parameter");
        var (inputs, limits) = (call.Request.Tokens ?? [], call.Catalog!.Settings.Limits);
        var texts = new List<string>(inputs.Count);
        var total = 0L;
        for (var i = 0; i < inputs.Count; i++)
        {
            var field = inputs.Count == 1 ? "input" : $"input[{i}]";
            var text = inputs[i].Length <= limits.MaxEmbeddingTextLength ? Decode(tokenizer, inputs[i], field) : null;
            total += text?.Length ?? 0;
            if (text is null || text.Length == 0 || text.Length > limits.MaxEmbeddingTextLength || total > limits.MaxBodyBytes)
            {
                throw new InvalidRequestException(
                    $"'{field}' holds {inputs[i].Length} token ids whose text is empty or too long; it must have 1 to {limits.MaxEmbeddingTextLength} characters.", field, "invalid_length");
            }

            texts.Add(text);
        }

        return texts;
    }

    private static string Decode(ITokenizer tokenizer, int[] ids, string field)
    {
        try
        {
            return tokenizer.Decode(ids);
        }
        catch (ArgumentOutOfRangeException)
        {
            throw new InvalidRequestException($"'{field}' holds an id that is not in the vocabulary '{tokenizer.Name}', which the model's name stands for.", field, "invalid_value");
        }
    }
}
