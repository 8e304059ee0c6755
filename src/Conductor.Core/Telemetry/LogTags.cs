using System.Collections;

namespace Conductor.Telemetry;

/// <summary>The caller's tags as one field of a log line: pairs for a structured formatter, `a=1 b=2` for people.</summary>
internal sealed class LogTags(IReadOnlyDictionary<string, string> tags) : IReadOnlyCollection<KeyValuePair<string, string>>
{
    public int Count => tags.Count;

    public IEnumerator<KeyValuePair<string, string>> GetEnumerator() => tags.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    public override string ToString() => string.Join(' ', tags.Select(tag => $"{tag.Key}={tag.Value}"));
}
