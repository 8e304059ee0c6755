using System.Globalization;

namespace Conductor.Host.Lab;

/// <summary>What the upstream of the ledger lab does with a request.</summary>
internal enum LedgerLabMode
{
    Answer,

    /// <summary>Status 500.</summary>
    Error,

    /// <summary>Status 429.</summary>
    Limit,

    /// <summary>The connection breaks in the middle of the answer.</summary>
    Cut,

    /// <summary>A whole answer that nobody can read.</summary>
    Garbage,
}

/// <summary>One request of the ledger lab: what is asked, what the upstream will do, when its caller leaves. By its number and the seed alone.</summary>
internal sealed record LedgerLabRequest
{
    public const int MaxTokens = 128;

    /// <summary>Words of the answer that go out together.</summary>
    public const int WordsOfChunk = 3;

    public required string Name { get; init; }

    public required LedgerLabMode Mode { get; init; }

    public required bool IsStream { get; init; }

    /// <summary>Sentences of the prompt.</summary>
    public required int Sentences { get; init; }

    /// <summary>Words of the answer.</summary>
    public required int Words { get; init; }

    /// <summary>How long the upstream takes for a whole answer.</summary>
    public required TimeSpan Work { get; init; }

    /// <summary>After how many chunks (of a stream) or milliseconds (of a whole answer) the caller leaves; null = it stays.</summary>
    public required int? LeavesAfter { get; init; }

    /// <summary>What the upstream reads out of the prompt.</summary>
    public string Orders => string.Create(CultureInfo.InvariantCulture, $"{Name} {Mode} {Words} {(int)Work.TotalMilliseconds} {Sentences}");

    public static LedgerLabRequest Of(int number, LedgerLabOptions options)
    {
#pragma warning disable CA5394 // a test's dice
        var dice = new Random(unchecked((options.Seed * 31) + number));
        var (fate, isStream, words) = (dice.NextDouble(), dice.Next(2) == 0, dice.Next(8, 60));
        var mode = fate < options.Fail ? (LedgerLabMode)dice.Next(1, 5) : LedgerLabMode.Answer;
        var leaves = fate >= options.Fail && fate < options.Fail + options.Cancel;
        isStream |= leaves && dice.Next(4) > 0; // most who leave, leave a stream
        return new LedgerLabRequest
        {
            Name = string.Create(CultureInfo.InvariantCulture, $"lab-{number}"),
            Mode = mode,
            IsStream = isStream && mode != LedgerLabMode.Garbage,
            Sentences = dice.Next(0, LedgerLabText.MostSentences),
            Words = words,
            Work = TimeSpan.FromMilliseconds(dice.Next(2, 30)),
            LeavesAfter = !leaves ? null : isStream ? dice.Next(1, Math.Max(2, words / WordsOfChunk)) : dice.Next(1, 20),
        };
#pragma warning restore CA5394
    }

    /// <summary>The request's orders, as the upstream finds them at the beginning of the prompt.</summary>
    public static (string Name, LedgerLabMode Mode, int Words, int Work, int Sentences) Read(string prompt)
    {
        var parts = prompt.Split(' ', 6);
        return (parts[0], Enum.Parse<LedgerLabMode>(parts[1]), Int(parts[2]), Int(parts[3]), Int(parts[4]));

        static int Int(string text) => int.Parse(text, CultureInfo.InvariantCulture);
    }
}
