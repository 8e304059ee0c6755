namespace Conductor.Tokens;

/// <summary>The vocabularies that are here, and whose they are. Each is read when it is first used: some tens of milliseconds, once.</summary>
public static class Tokenizers
{
    /// <summary>GPT-4o, GPT-4.1, GPT-5 and later, the o-series, gpt-oss.</summary>
    public static ITokenizer O200k { get; } = new PieceTokenizer("o200k_base", PieceCutter.O200k);

    /// <summary>GPT-4, GPT-3.5, OpenAI's embedding models.</summary>
    public static ITokenizer Cl100k { get; } = new PieceTokenizer("cl100k_base", PieceCutter.Cl100k);

    /// <summary>Llama, Llama 2 and what was trained on their vocabulary.</summary>
    public static ITokenizer Llama2 { get; } = new LlamaTokenizer();

    private static readonly (string Begin, ITokenizer Tokenizer)[] Families =
    [
        ("gpt-4o", O200k), ("chatgpt-4o", O200k), ("gpt-4.1", O200k), ("gpt-4.5", O200k), ("gpt-5", O200k), ("gpt-6", O200k), ("gpt-oss", O200k),
        ("o1", O200k), ("o3", O200k), ("o4", O200k),
        ("gpt-4", Cl100k), ("gpt-3.5", Cl100k), ("gpt-35", Cl100k), ("text-embedding-3", Cl100k), ("text-embedding-ada-002", Cl100k),
        ("llama-2", Llama2), ("llama2", Llama2), ("tinyllama", Llama2), ("stories", Llama2), ("vicuna", Llama2), ("codellama", Llama2),
    ];

    /// <summary>The tokenizer of a model, by its name; null where its vocabulary is not here. A path before the name (`openai/gpt-4o`) and upper case do not matter.</summary>
    public static ITokenizer? For(string model)
    {
        ArgumentNullException.ThrowIfNull(model);
        var name = model.AsSpan(model.LastIndexOf('/') + 1);
        foreach (var (begin, tokenizer) in Families)
        {
            // "o1" is "o1" and "o1-mini", and not "o100".
            if (name.StartsWith(begin, StringComparison.OrdinalIgnoreCase) && (name.Length == begin.Length || !char.IsAsciiLetterOrDigit(name[begin.Length]) || begin.Length > 2))
            {
                return tokenizer;
            }
        }

        return null;
    }
}
