using System.Globalization;
using System.Text;

namespace Conductor.Operations.EntityExtraction;

/// <summary>A text without the differences of case, white space and Unicode normalization, and where each of its characters came from.</summary>
internal sealed class FoldedText
{
    private readonly List<int> _starts = [];
    private readonly List<int> _ends = [];

    /// <param name="source">Any UTF-16, halves of surrogate pairs included.</param>
    /// <param name="decompositions">What characters are made of.</param>
    public FoldedText(string source, Decompositions decompositions)
    {
        var folded = new StringBuilder(source.Length);
        var segment = new List<Rune>();
        for (var index = 0; index < source.Length;)
        {
            var start = index;
            segment.Clear();
            Rune.DecodeFromUtf16(source.AsSpan(index), out var character, out var length);
            index += length;
            if (Rune.IsWhiteSpace(character))
            {
                while (index < source.Length && char.IsWhiteSpace(source[index]))
                {
                    index++;
                }

                segment.Add(new Rune(' '));
            }
            else
            {
                decompositions.Append(character, segment);

                // The marks that follow belong to it. In one order whatever order they were written in.
                while (Rune.DecodeFromUtf16(source.AsSpan(index), out var mark, out length) is System.Buffers.OperationStatus.Done && IsMark(mark))
                {
                    decompositions.Append(mark, segment);
                    index += length;
                }

                var marks = segment.Count;
                while (marks > 0 && IsMark(segment[marks - 1]))
                {
                    marks--;
                }

                segment.Sort(marks, segment.Count - marks, null);
            }

            foreach (var rune in segment)
            {
                var before = folded.Length;
                folded.Append(Rune.ToLowerInvariant(rune).ToString());
                for (; before < folded.Length; before++)
                {
                    _starts.Add(start);
                    _ends.Add(index);
                }
            }
        }

        Text = folded.ToString();
    }

    public string Text { get; }

    /// <summary>Where a stretch of <see cref="Text"/> stands in the source; null if it would cut a source character in two.</summary>
    public Place? PlaceOf(int start, int length)
    {
        var end = start + length;
        var cutsFirst = start > 0 && _starts[start - 1] == _starts[start];
        var cutsLast = end < _starts.Count && _starts[end] == _starts[end - 1];
        return cutsFirst || cutsLast ? null : new Place(_starts[start], _ends[end - 1]);
    }

    private static bool IsMark(Rune rune) =>
        Rune.GetUnicodeCategory(rune) is UnicodeCategory.NonSpacingMark or UnicodeCategory.SpacingCombiningMark or UnicodeCategory.EnclosingMark;
}
