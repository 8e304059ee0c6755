using Conductor.Providers.Local.Encoder;
using Conductor.Providers.Local.Encoder.Kernels;
using Conductor.Providers.Local.Encoder.Model;
using Conductor.Providers.Local.Tests.Text;

namespace Conductor.Providers.Local.Tests.Encoder;

public class EncoderPropertyTests(SharedModel model) : IClassFixture<SharedModel>
{
    private static readonly string[] Sharp =
    [
        "", " ", "\0", "\ud83d", "\ude00\ud83d", "\uffff\ufffe", "😀", "👩‍👩‍👧", "猫が好き", "中文", "\u0301\u0301", new('a', 32_000), new('!', 3_000), new('中', 1_000),
        string.Concat(Enumerable.Repeat("😀", 500)), string.Concat(Enumerable.Repeat("a ", 1_000)), new('\u0301', 32_000), new('\ud83d', 32_000), new(' ', 32_000),
    ];

    [Fact]
    public void Encode_AnyText_GivesAVectorOfLengthOne()
    {
        string[] texts = [.. Sharp, .. Enumerable.Range(0, 100).Select(seed => RandomText.Create(seed, 40))];

        var encoded = model.Encoder.Encode(texts, CancellationToken.None);

        Assert.Equal(texts.Length, encoded.Count);
        Assert.All(encoded, text =>
        {
            Assert.Equal(384, text.Vector.Length);
            Assert.All(text.Vector, value => Assert.True(float.IsFinite(value)));
            Assert.Equal(1, Vectors.Length(text.Vector), 5);
            Assert.True(text.Tokens >= 2 && text.Windows >= 1);
        });
    }

    [Fact]
    public void Encode_LongestRequest_EndsWithTheWindowsItNeeds()
    {
        // The most word pieces that 32,000 characters can be: each one a word.
        var encoded = Assert.Single(model.Encoder.Encode([new string('!', 32_000)], CancellationToken.None));

        Assert.Equal(32_002, encoded.Tokens);
        Assert.Equal(TextWindows.Starts(32_000).Length, encoded.Windows);
        Assert.Equal(1, Vectors.Length(encoded.Vector), 5);
    }

    [Fact]
    public void Encode_EveryKernel_AgreesWithinTheTolerance()
    {
        // From five word pieces up: the vector of a single short word differs by up to .0017, in llama.cpp too, because nothing evens out.
        var texts = EnglishTexts.OfEveryLength(model.Tokenizer).Where((_, index) => index % 20 == 2).ToArray();
        var expected = model.Encoders[KernelKind.Portable].Encode(texts, CancellationToken.None);
        foreach (var encoder in model.Encoders.Values)
        {
            var encoded = encoder.Encode(texts, CancellationToken.None);

            for (var index = 0; index < texts.Length; index++)
            {
                Assert.InRange(Vectors.Cosine(expected[index].Vector, encoded[index].Vector), 0.999, 1.0001);
            }
        }
    }

    [Fact]
    public async Task Encode_AloneInABatchOrBesideOthers_GivesTheSameBits()
    {
        string[] texts = [.. EnglishTexts.OfEveryLength(model.Tokenizer).Where((_, index) => index % 30 == 0), .. Sharp[..11], string.Join(' ', Enumerable.Repeat("long text", 300))];
        foreach (var encoder in model.Encoders.Values)
        {
            var alone = texts.Select(text => encoder.Encode([text], CancellationToken.None)[0].Vector).ToArray();
            var batch = encoder.Encode(texts, CancellationToken.None);
            var backwards = encoder.Encode([.. texts.Reverse()], CancellationToken.None);
            var concurrent = await Task.WhenAll(Enumerable.Range(0, 3).Select(_ => Task.Run(() => encoder.Encode(texts, CancellationToken.None))));

            for (var index = 0; index < texts.Length; index++)
            {
                Assert.Equal(alone[index], batch[index].Vector);
                Assert.Equal(alone[index], backwards[^(index + 1)].Vector);
                Assert.All(concurrent, result => Assert.Equal(alone[index], result[index].Vector));
            }
        }
    }

    [Theory]
    [InlineData(254, 1)]
    [InlineData(255, 2)]
    [InlineData(444, 2)]
    [InlineData(445, 3)]
    public void Encode_TextsAroundTheLimit_TakeTheWindowsTheyNeed(int pieces, int windows)
    {
        var encoded = Assert.Single(model.Encoder.Encode([string.Join(' ', Enumerable.Repeat("word", pieces))], CancellationToken.None));

        Assert.Equal((pieces + 2, windows), (encoded.Tokens, encoded.Windows));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(254)]
    [InlineData(255)]
    [InlineData(700)]
    [InlineData(32_000)]
    public void Windows_AnyLength_HoldEveryPieceAndCountItOnce(int pieces)
    {
        var starts = TextWindows.Starts(pieces);

        Assert.Equal(0, starts[0]);
        Assert.Equal(Math.Max(0, pieces - TextWindows.Pieces), starts[^1]);
        Assert.All(starts.Zip(starts.Skip(1)), pair => Assert.InRange(pair.Second - pair.First, 1, TextWindows.Pieces * 3 / 4));
        Assert.Equal(pieces, TextWindows.Weights(starts, pieces).Sum(), 6);
    }

    [Fact]
    public void Encode_LongTextOfTwoHalves_LiesBetweenThem()
    {
        var cooking = string.Join(' ', Enumerable.Repeat("Stir the soup and add salt and fresh herbs.", 40));
        var astronomy = string.Join(' ', Enumerable.Repeat("The telescope saw a distant galaxy of young stars.", 40));

        var encoded = model.Encoder.Encode([cooking, astronomy, cooking + " " + astronomy], CancellationToken.None);

        var apart = Vectors.Cosine(encoded[0].Vector, encoded[1].Vector);
        Assert.True(Vectors.Cosine(encoded[0].Vector, encoded[2].Vector) > apart + 0.3);
        Assert.True(Vectors.Cosine(encoded[1].Vector, encoded[2].Vector) > apart + 0.3);
    }

    [Fact]
    public void Encode_Cancelled_StopsBeforeTheNextWindow()
    {
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();

        Assert.ThrowsAny<OperationCanceledException>(() => model.Encoder.Encode(["a"], cancelled.Token));
        Assert.ThrowsAny<OperationCanceledException>(() => model.Encoder.Encode(new CancellingTexts(cancelled: new CancellationTokenSource(), out var token), token));
    }

    // Cancels while the encoder reads its second text, so that the first one's windows are still to be run.
    private sealed class CancellingTexts : IReadOnlyList<string>
    {
        private readonly CancellationTokenSource _cancelled;

        public CancellingTexts(CancellationTokenSource cancelled, out CancellationToken token)
        {
            _cancelled = cancelled;
            token = cancelled.Token;
        }

        public int Count => 2;

        public string this[int index]
        {
            get
            {
                if (index == 1)
                {
                    _cancelled.Cancel();
                }

                return "a text";
            }
        }

        public IEnumerator<string> GetEnumerator() => Enumerable.Range(0, Count).Select(index => this[index]).GetEnumerator();

        System.Collections.IEnumerator System.Collections.IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
