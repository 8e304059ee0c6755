namespace Conductor.Wire.Ollama;

/// <summary>What a request asked for and this dialect has no word for.</summary>
internal sealed class LeftOut
{
    private readonly List<string> _names = [];
    private readonly HashSet<string> _said = new(StringComparer.Ordinal);

    public IReadOnlyList<string> Names => _names;

    public void Add(string name)
    {
        if (!_names.Contains(name))
        {
            _names.Add(name);
        }
    }

    /// <summary>A member that was written elsewhere.</summary>
    public void MarkSaid(string name) => _said.Add(name);

    public bool IsSaid(string name) => _said.Contains(name);
}
