using System.Globalization;

namespace Conductor.Audit;

/// <summary>Recomputes a chain, row by row from the first one on, and keeps the first thing that is wrong. Not thread-safe.</summary>
public sealed class AuditVerification
{
    /// <summary>Rows that were right.</summary>
    public long Rows { get; private set; }

    /// <summary>The last row that was right.</summary>
    public AuditHead Head { get; private set; } = AuditHead.Start;

    /// <summary>The number of the first row that is wrong; null while none is.</summary>
    public long? WrongRow { get; private set; }

    /// <summary>What is wrong with it, in a sentence; null while nothing is.</summary>
    public string? Problem { get; private set; }

    /// <summary>Looks at the next row. After a wrong one no other is looked at: all that follow hang on it.</summary>
    /// <returns>False when something is wrong.</returns>
    public bool Add(AuditRow row)
    {
        ArgumentNullException.ThrowIfNull(row);
        if (Problem is not null)
        {
            return false;
        }

        var expected = Head.Number + 1;
        if (row.Number != expected)
        {
            return Wrong(expected, string.Create(CultureInfo.InvariantCulture, $"Row {expected} is missing: the next row is {row.Number}."));
        }

        if (!row.Previous.Span.SequenceEqual(Head.Hash.Span))
        {
            return Wrong(expected, string.Create(CultureInfo.InvariantCulture, $"Row {expected} does not follow the row before it: it was put here, or the rows before it were made anew."));
        }

        if (!row.Hash.Span.SequenceEqual(AuditChain.Hash(row.Previous.Span, row.Number, row.Entry)))
        {
            return Wrong(expected, string.Create(CultureInfo.InvariantCulture, $"Row {expected} was changed: its content does not give its hash."));
        }

        Head = new AuditHead(row.Number, row.Hash);
        Rows++;
        return true;
    }

    /// <summary>Looks at what the store, or somebody who noted it down, says the last row is, once all rows have been added.</summary>
    public bool End(AuditHead last)
    {
        ArgumentNullException.ThrowIfNull(last);
        if (Problem is not null)
        {
            return false;
        }

        return last.Number > Head.Number ? Wrong(Head.Number + 1, string.Create(CultureInfo.InvariantCulture, $"Row {Head.Number + 1} is missing: the log once ended with row {last.Number}, and ends now with {Head.Number}."))
            : last.Number < Head.Number ? Wrong(last.Number + 1, string.Create(CultureInfo.InvariantCulture, $"Row {last.Number + 1} is not known to the log, which says it ends with row {last.Number}."))
            : last.Hash.Span.SequenceEqual(Head.Hash.Span) || Wrong(last.Number, string.Create(CultureInfo.InvariantCulture, $"Row {last.Number} is not the one that was there: its hash is another."));
    }

    private bool Wrong(long row, string problem)
    {
        (WrongRow, Problem) = (row, problem);
        return false;
    }
}
