using Microsoft.Extensions.AI;

namespace Conductor.Wire.Anthropic;

/// <summary>What one message on the wire holds: all that one role says until the other one speaks. Results of tools stand first.</summary>
internal sealed class Turn(string role)
{
    private readonly List<(AIContent Content, string Path)> _results = [];
    private readonly List<(AIContent Content, string Path)> _others = [];

    public string Role => role;

    public bool IsEmpty => _results.Count + _others.Count == 0;

    public IEnumerable<(AIContent Content, string Path)> Contents => _results.Concat(_others);

    /// <summary>Members of the message that only this dialect has.</summary>
    public Dictionary<string, object?> Extra { get; } = new(StringComparer.Ordinal);

    public void Add(AIContent content, string path) => (content is FunctionResultContent ? _results : _others).Add((content, path));

    /// <summary>The text alone, where the turn is one piece of plain text: then the content is a string on the wire.</summary>
    public string? PlainText => _results.Count == 0 && _others is [(TextContent { AdditionalProperties: null or { Count: 0 } } text, _)] ? text.Text : null;
}
