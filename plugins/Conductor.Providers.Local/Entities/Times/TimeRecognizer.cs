namespace Conductor.Providers.Local.Entities;

/// <summary>Finds expressions of time, from left to right, the longest at each place. Inside one that is not asked for, the parts are looked at: a date in a range.</summary>
internal static class TimeRecognizer
{
    /// <param name="text">The text.</param>
    /// <param name="types">Types to look for.</param>
    /// <param name="now">What relative expressions count from, by its own clock.</param>
    /// <param name="matches">Where they are added.</param>
    /// <param name="cancellationToken">Ends the work between two places.</param>
    public static void Find(EntityText text, IReadOnlySet<string> types, DateTime now, List<EntityMatch> matches, CancellationToken cancellationToken)
    {
        var reader = new TimeReader(text, now);
        for (var index = 0; index < text.Count;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            if (MayBegin(text[index]) && !text.IsInsideWord(text[index].Start) && reader.Read(index) is { } found && types.Contains(found.Type))
            {
                matches.Add(new EntityMatch(text[index].Start, text[found.End - 1].End, found.Type, found.ToJson(), found.Confidence));
                index = Math.Max(index + 1, found.End);
            }
            else
            {
                index++;
            }
        }
    }

    private static bool MayBegin(EntityToken token) => token.Kind switch
    {
        TokenKind.Digits => true,
        TokenKind.Word => TimeWords.Opening.Contains(token.Lower),
        _ => token.Lower is "½" or "¼" or "'" or "’" or "." or "¾",
    };
}
