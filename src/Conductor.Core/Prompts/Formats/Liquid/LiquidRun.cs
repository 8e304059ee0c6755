using System.Text;

namespace Conductor.Prompts.Formats.Liquid;

/// <summary>One rendering: its variables, and what is written, the template's own text told apart from values.</summary>
/// <param name="source">What messages call the file.</param>
/// <param name="isMarkup">Whether a variable is inserted as markup.</param>
internal sealed class LiquidRun(string source, Func<string, bool> isMarkup)
{
    // A loop in a loop over long lists must not fill the memory.
    private const int LongestText = 10_000_000;
    private const int MostSteps = 1_000_000;

    private readonly List<(string Text, Kind Kind)> _parts = [];
    private int _length;
    private int _steps;

    private enum Kind
    {
        Template,
        Value,
        Markup,
    }

    public Dictionary<string, object?> Variables { get; } = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Set by `break` and `continue` until their loop sees it.</summary>
    public LiquidJump Jump { get; set; }

    public string Text => string.Concat(_parts.Select(part => part.Text));

    public void WriteTemplate(string text) => Write(text, Kind.Template);

    /// <param name="text">The value.</param>
    /// <param name="variable">The variable it comes from; null where it comes from none.</param>
    public void WriteValue(string text, string? variable) => Write(text, variable is not null && isMarkup(variable) ? Kind.Markup : Kind.Value);

    /// <summary>Runs <paramref name="body"/> and returns what it wrote, instead of writing it.</summary>
    public string Capture(IReadOnlyList<LiquidNode> body)
    {
        var start = _parts.Count;
        WriteAll(body);
        var text = string.Concat(_parts.Skip(start).Select(part => part.Text));
        _parts.RemoveRange(start, _parts.Count - start);
        return text;
    }

    public void WriteAll(IReadOnlyList<LiquidNode> body)
    {
        foreach (var node in body)
        {
            node.Write(this);
            if (Jump != LiquidJump.None)
            {
                return;
            }
        }
    }

    public void CountStep()
    {
        if (++_steps > MostSteps)
        {
            throw Failure($"the template's loops take more than {MostSteps:N0} steps");
        }
    }

    public PromptRenderException Failure(string what) => new($"{source}: {what}.", SemanticKernelErrors.Argument);

    /// <summary>For prompts with &lt;message&gt; tags.</summary>
    public string Marked() => string.Concat(_parts.Select(part => part.Kind switch
    {
        Kind.Template => MarkedText.Template(part.Text),
        Kind.Markup => MarkedText.Markup(part.Text),
        _ => MarkedText.Encode(part.Text),
    }));

    /// <summary>
    /// Whether the role's name, its colon and the white space behind it are the template's own, or the name is a value that stands alone on its line.
    /// </summary>
    public bool MayBeRole(string written, int at, int nameLength)
    {
        var white = at + nameLength + 1;
        var start = 0;
        var before = '\n';
        foreach (var (text, kind) in _parts)
        {
            var end = start + text.Length;
            if (end > at && start <= white && kind == Kind.Value)
            {
                var isWhole = start == at && text.Length == nameLength && before == '\n' && written.AsSpan(white).TrimStart(" \t") is ['\n' or '\r', ..];
                if (!isWhole)
                {
                    return false;
                }
            }

            if (text.Length > 0)
            {
                before = kind == Kind.Value ? '\0' : text[^1];
            }

            start = end;
            if (start > white)
            {
                break;
            }
        }

        return true;
    }

    private void Write(string text, Kind kind)
    {
        if (text.Length == 0)
        {
            return;
        }

        _length += text.Length;
        if (_length > LongestText)
        {
            throw Failure($"the rendered text is longer than {LongestText:N0} characters");
        }

        _parts.Add((text, kind));
    }
}

/// <summary>A loop is to end, or to go on with its next item.</summary>
internal enum LiquidJump
{
    None,
    Break,
    Continue,
}
