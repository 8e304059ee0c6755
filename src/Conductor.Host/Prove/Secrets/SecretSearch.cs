using System.Text;

namespace Conductor.Host.Prove.Secrets;

/// <summary>Everything that was let out, by the way that it took, and what of the canaries is in it. Thread-safe.</summary>
internal sealed class SecretSearch(IReadOnlyList<Canary> canaries)
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, List<(string Where, byte[] Bytes)>> _ways = new(StringComparer.Ordinal);

    /// <summary>Takes in bytes.</summary>
    /// <param name="way">The row of the table.</param>
    /// <param name="where">What they are, for the message about a hit.</param>
    /// <param name="bytes">The bytes.</param>
    public void Add(string way, string where, byte[] bytes)
    {
        lock (_gate)
        {
            if (!_ways.TryGetValue(way, out var list))
            {
                _ways[way] = list = [];
            }

            list.Add((where, bytes));
        }
    }

    public void Add(string way, string where, string text) => Add(way, where, Encoding.UTF8.GetBytes(text));

    /// <summary>Looks for every canary in every form.</summary>
    /// <returns>For each way: how much there was, and how often each form was found; and a sentence for each hit.</returns>
    public (IReadOnlyList<(string Way, long Bytes, int[] Hits)> Rows, IReadOnlyList<string> Hits) Look()
    {
        lock (_gate)
        {
            var (rows, hits) = (new List<(string, long, int[])>(), new List<string>());
            var forms = canaries.SelectMany(canary => canary.Forms().Select(form => (canary, form.Form, form.Bytes))).ToList();
            foreach (var (way, pieces) in _ways)
            {
                var counts = new int[Canary.FormNames.Count];
                foreach (var (where, bytes) in pieces)
                {
                    foreach (var (canary, form, looked) in forms)
                    {
                        if (bytes.AsSpan().IndexOf(looked) >= 0)
                        {
                            counts[form]++;
                            hits.Add($"{way}: {where} holds the {canary.Name}, {Canary.FormNames[form]}");
                        }
                    }
                }

                rows.Add((way, pieces.Sum(piece => (long)piece.Bytes.Length), counts));
            }

            return (rows, hits);
        }
    }
}
