namespace Conductor.Tokens.Tests;

public sealed class TokenizerTests
{
    public static TheoryData<string> All() => [.. new[] { Tokenizers.O200k, Tokenizers.Cl100k, Tokenizers.Llama2 }.Select(one => one.Name)];

    [Theory]
    [InlineData("o200k_base", "hello world", new[] { 24912, 2375 })]
    [InlineData("cl100k_base", "hello world", new[] { 15339, 1917 })]
    [InlineData("llama2", "hello world", new[] { 22172, 3186 })]
    [InlineData("llama2", "    return x", new[] { 268, 736, 921 })] // as llama.cpp's server answers
    [InlineData("o200k_base", "", new int[0])]
    [InlineData("llama2", "", new int[0])]
    public void KnownTexts(string vocabulary, string text, int[] tokens) => Assert.Equal(tokens, Of(vocabulary).Encode(text));

    [Theory]
    [MemberData(nameof(All))]
    public void EveryText_ComesBack(string vocabulary)
    {
        var tokenizer = Of(vocabulary);
        foreach (var text in Corpus.Texts().Where((_, i) => i % 20 == 0).Select(text => text.Replace('\ud800', '?')))
        {
            Assert.Equal(text, tokenizer.Decode([.. tokenizer.Encode(text)]));
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void HalfOfASurrogatePair_CountsAsTheReplacementCharacter(string vocabulary) =>
        Assert.Equal(Of(vocabulary).Encode("a\ufffdb"), Of(vocabulary).Encode("a\ud800b"));

    [Theory]
    [InlineData("o200k_base")]
    [InlineData("cl100k_base")]
    public void MarksOfSpecialTokens_AreText(string vocabulary) =>
        Assert.True(Of(vocabulary).Count("<|endoftext|>") > 3);

    // Each would take minutes if a piece cost the square of its length, or a rule looked again at what it had seen.
    [Theory]
    [InlineData("a")]
    [InlineData("aA")]
    [InlineData("\u6587A")]
    [InlineData(" ")]
    [InlineData("\n ")]
    [InlineData("\u0301")]
    [InlineData("!")]
    [InlineData("'")]
    [InlineData("1")]
    [InlineData("\ud83d\ude00")]
    [InlineData("\ud800")]
    public void AMillionCharactersOfOneKind_AreCounted(string unit)
    {
        var text = string.Concat(Enumerable.Repeat(unit, 1_000_000 / unit.Length));
        foreach (var tokenizer in new[] { Tokenizers.O200k, Tokenizers.Cl100k, Tokenizers.Llama2 })
        {
            Assert.InRange(tokenizer.Count(text), 1, 3_000_001);
        }
    }

    [Theory]
    [MemberData(nameof(All))]
    public void ManyThreads_CountTheSame(string vocabulary)
    {
        var tokenizer = Of(vocabulary);
        var texts = Corpus.Texts().Take(200).ToList();
        var alone = texts.Select(text => tokenizer.Count(text)).ToList();

        Assert.All(texts.AsParallel().AsOrdered().Select(text => tokenizer.Count(text)).Zip(alone), pair => Assert.Equal(pair.Second, pair.First));
    }

    [Theory]
    [MemberData(nameof(All))]
    public void AnIdBeyondTheVocabulary_IsRefused(string vocabulary)
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => Of(vocabulary).Decode([10_000_000]));
        Assert.Throws<ArgumentOutOfRangeException>(() => Of(vocabulary).Decode([-1]));
    }

    [Theory]
    [InlineData("gpt-4o-mini", "o200k_base")]
    [InlineData("openai/GPT-4.1", "o200k_base")]
    [InlineData("gpt-5.6", "o200k_base")]
    [InlineData("o1", "o200k_base")]
    [InlineData("o3-mini", "o200k_base")]
    [InlineData("gpt-4-turbo", "cl100k_base")]
    [InlineData("gpt-4", "cl100k_base")]
    [InlineData("gpt-3.5-turbo", "cl100k_base")]
    [InlineData("text-embedding-3-small", "cl100k_base")]
    [InlineData("stories15M", "llama2")]
    [InlineData("o100", null)]
    [InlineData("claude-sonnet-4-5", null)]
    [InlineData("llama3.2", null)]
    [InlineData("", null)]
    public void Models_HaveTheirVocabulary(string model, string? vocabulary) => Assert.Equal(vocabulary, Tokenizers.For(model)?.Name);

    private static ITokenizer Of(string vocabulary) => new[] { Tokenizers.O200k, Tokenizers.Cl100k, Tokenizers.Llama2 }.Single(one => one.Name == vocabulary);
}
