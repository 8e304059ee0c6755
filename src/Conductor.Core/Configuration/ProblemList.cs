using Conductor.Schemas;

namespace Conductor.Configuration;

/// <summary>Collects mistakes and notes of one load. What the environment put into the documents stays out of both.</summary>
internal sealed class ProblemList
{
    // Shorter values are ports, words and flags: hiding them would only make messages unreadable.
    private const int ShortestSecret = 8;

    private readonly List<SettingsProblem> _problems = [];
    private readonly HashSet<(string File, string Path)> _places = [];
    private readonly HashSet<string> _hidden = new(StringComparer.Ordinal);

    public int Count => _problems.Count;

    public List<string> Notes { get; } = [];

    public IReadOnlyList<SettingsProblem> InOrder() =>
        [.. _problems.Select(problem => problem with { Message = Redact(problem.Message), Path = Redact(problem.Path) })
            .OrderBy(problem => _files.IndexOf(problem.File)).ThenBy(problem => problem.Line ?? 0)];

    public IReadOnlyList<string> NotesInOrder() => [.. Notes.Select(Redact).Distinct()];

    private readonly List<string> _files = [];

    public void Add(string file, int? line, string path, string message)
    {
        if (!_files.Contains(file))
        {
            _files.Add(file);
        }

        _places.Add((file, path));
        _problems.Add(new SettingsProblem(file, line, path, message));
    }

    /// <summary>True when something at this very place was reported: what follows from it need not be.</summary>
    public bool Has(string file, string path) => _places.Contains((file, path));

    /// <summary>Keeps a value of the environment out of messages.</summary>
    public void Hide(string value)
    {
        if (value.Length >= ShortestSecret)
        {
            _hidden.Add(value);
            _hidden.Add(JsonValues.Cut(value));
        }
    }

    private string Redact(string text)
    {
        // Longest first: one value may be the beginning of another.
        foreach (var value in _hidden.OrderByDescending(value => value.Length))
        {
            text = text.Replace(value, "***", StringComparison.Ordinal);
        }

        return text;
    }
}
