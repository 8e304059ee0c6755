using Conductor.Providers.Local.Encoder;

namespace Conductor.Providers.Local.Tests.Intents;

/// <summary>An encoder that knows words only: each has a direction of its own. It counts what it was given.</summary>
internal sealed class WordEncoder : ITextEncoder
{
    public int Dimensions => 1024;

    public int Encoded { get; private set; }

    public int Windows { get; init; } = 1;

    public Action OnEncode { get; set; } = () => { };

    public Task<IReadOnlyList<EncodedText>> EncodeAsync(IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        OnEncode();
        Encoded += texts.Count;
        return Task.FromResult<IReadOnlyList<EncodedText>>([.. texts.Select(Encode)]);
    }

    private EncodedText Encode(string text)
    {
        var vector = new float[Dimensions];
        var words = text.ToLowerInvariant().Split(' ', StringSplitOptions.RemoveEmptyEntries);
        foreach (var word in words)
        {
            uint hash = 2166136261;
            foreach (var character in word)
            {
                hash = (hash ^ character) * 16777619;
            }

            vector[hash % (uint)Dimensions]++;
        }

        var length = MathF.Sqrt(vector.Sum(value => value * value));
        return new EncodedText(length == 0 ? vector : [.. vector.Select(value => value / length)], words.Length + 2, Windows);
    }
}
