using System.Text;

namespace Conductor.Wire.Anthropic;

/// <summary>Ids of tool calls as this dialect takes them: letters, digits, `_` and `-`. Other servers' ids hold more, and a call and its result have to agree.</summary>
internal sealed class ToolIds(LossReport left)
{
    private readonly Dictionary<string, string> _known = new(StringComparer.Ordinal);
    private readonly HashSet<string> _taken = new(StringComparer.Ordinal);

    public string Of(string id)
    {
        if (_known.TryGetValue(id, out var known))
        {
            return known;
        }

        var said = id.Length > 0 && id.All(IsAllowed) ? id : Translate(id);
        while (!_taken.Add(said))
        {
            said += "_";
        }

        _known[id] = said;
        return said;
    }

    private string Translate(string id)
    {
        left.Change("messages.tool_calls.id");
        var text = new StringBuilder(id.Length);
        foreach (var letter in id)
        {
            text.Append(IsAllowed(letter) ? letter : '_');
        }

        return text.Length > 0 ? text.ToString() : "call";
    }

    private static bool IsAllowed(char letter) => char.IsAsciiLetterOrDigit(letter) || letter is '_' or '-';
}
