namespace Conductor.Configuration.Editing;

/// <summary>
/// A YAML text that is changed in places, as a person would with an editor: every comment, blank line and space elsewhere stays as it is.
/// <code>
/// var yaml = new YamlSplice(File.ReadAllText("tenants.yaml"));
/// yaml.Add("{ tenant: acme, name: web }", "keys");              // one more item; `keys` is made where it is not there
/// yaml.Set(YamlText.Of("2027-01-01"), "keys", 0, "expires");    // a member's value, put in place of the old one or added
/// yaml.Set("{ models: [ fast ] }", "tenants", "acme");          // what is missing on the way is made
/// yaml.Remove("keys", 0);                                       // the item's lines are gone
/// File.WriteAllText("tenants.yaml", yaml.ToString());
/// </code>
/// Paths are names and numbers. Values are YAML texts as they would stand in the file at the left margin, best on one line (<see cref="YamlText"/> writes them); a value of several
/// lines has room only where the holder is written in lines itself. Each call throws <see cref="FormatException"/>, with the end of a sentence as its message, where the text
/// has a shape that cannot be changed without touching the rest: it is then as it was before the call. Nothing is checked against a schema: <see cref="SettingsEditor"/> does that.
/// </summary>
public sealed class YamlSplice
{
    private string _text;
    private YamlPlace _root;

    /// <summary>Takes a document.</summary>
    /// <exception cref="FormatException">It cannot be read.</exception>
    public YamlSplice(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        _root = YamlOutline.Read(text);
        _text = text;
    }

    /// <summary>The text as it is now.</summary>
    public override string ToString() => _text;

    /// <summary>Whether there is anything at a path, be it null.</summary>
    public bool Has(params ReadOnlySpan<YamlStep> path) => Walk(path, out _) == path.Length;

    /// <summary>Puts a value at a path, in place of what is there. Maps that are missing on the way are made; an item that is put behind the last one of a list is added.</summary>
    /// <exception cref="FormatException">See the type.</exception>
    public void Set(string value, params ReadOnlySpan<YamlStep> path)
    {
        ArgumentNullException.ThrowIfNull(value);
        var depth = Walk(path, out var trail);
        if (depth == path.Length)
        {
            Replace(value, trail);
            return;
        }

        for (var i = path.Length - 1; i > depth; i--)
        {
            value = path[i] is { Name: { } inner } ? $"{{ {YamlText.Of(inner)}: {value} }}" : path[i].Index == 0 ? $"[ {value} ]" : throw Shape(path);
        }

        if (path[depth].Name is { } name)
        {
            AddMember(name, value, trail, path);
        }
        else if (trail[^1] is { Kind: YamlPlaceKind.List } list && list.Items.Count == path[depth].Index)
        {
            AddItem(value, trail, path);
        }
        else
        {
            throw Shape(path);
        }
    }

    /// <summary>Adds an item at the end of a list, which is made where there is none.</summary>
    /// <exception cref="FormatException">See the type.</exception>
    public void Add(string item, params ReadOnlySpan<YamlStep> path)
    {
        ArgumentNullException.ThrowIfNull(item);
        var depth = Walk(path, out var trail);
        if (depth == path.Length)
        {
            AddItem(item, trail, path);
        }
        else if (depth == path.Length - 1 && path[depth].Name is { } name && !trail[^1].IsFlow)
        {
            AddMember(name, $"- {Indent(item, 2)}", trail, path, isList: true);
        }
        else
        {
            Set($"[ {item} ]", path);
        }
    }

    /// <summary>Takes a member or an item out, with the lines that it alone stands on. Of a list or map that is empty then, nothing is left but its name.</summary>
    /// <returns>False where there is none.</returns>
    /// <exception cref="FormatException">See the type.</exception>
    public bool Remove(params ReadOnlySpan<YamlStep> path)
    {
        if (path.IsEmpty || Walk(path, out var trail) < path.Length)
        {
            return false;
        }

        var holder = trail[^2];
        var (starts, ends, index) = holder.Kind == YamlPlaceKind.Map
            ? (holder.Members.ConvertAll(member => member.Start), holder.Members.ConvertAll(member => Math.Max(member.Value.End, member.NameEnd + 1)), holder.Members.FindIndex(member => ReferenceEquals(member.Value, trail[^1])))
            : (holder.Items.ConvertAll(item => holder.IsFlow ? item.Start : DashOf(item)), holder.Items.ConvertAll(item => item.End), path[^1].Index);
        var (start, end) = (starts[index], ends[index]);
        if (holder.IsFlow)
        {
            Splice(index + 1 < starts.Count ? start : index > 0 ? ends[index - 1] : start, index + 1 < starts.Count ? starts[index + 1] : end, "");
        }
        else if (IsFirstOnLine(start))
        {
            var line = YamlLines.StartOf(_text, start);
            Splice(line, YamlLines.BehindLineOf(_text, end), "");
        }
        else if (index + 1 < starts.Count)
        {
            Splice(start, starts[index + 1], ""); // behind an item's dash: the next member takes its place there
        }
        else
        {
            Splice(start, end, holder.Kind == YamlPlaceKind.Map ? "{}" : "[]");
        }

        return true;
    }

    private void Replace(string value, List<YamlPlace> trail)
    {
        var (place, holder) = (trail[^1], trail.Count > 1 ? trail[^2] : null);
        var member = holder?.Members.Find(one => ReferenceEquals(one.Value, place));
        var isBlock = place is { IsFlow: false, Kind: not YamlPlaceKind.Scalar } || value.Contains('\n', StringComparison.Ordinal) || place.Start == place.End;
        if (member is null || !isBlock)
        {
            Splice(place.Start, place.End, Indent(value, YamlLines.ColumnOf(_text, place.Start)));
            return;
        }

        if (value.Contains('\n', StringComparison.Ordinal) && holder!.IsFlow)
        {
            throw new FormatException("a value of several lines has no room between braces");
        }

        var colon = _text.IndexOf(':', member.NameEnd) + 1;
        var indent = YamlLines.ColumnOf(_text, member.Start) + 2;
        Splice(colon, Math.Max(colon, place.End), value.Contains('\n', StringComparison.Ordinal) ? $"{YamlLines.EndOf(_text)}{Spaces(indent)}{Indent(value, indent)}" : $" {value}");
    }

    private void AddMember(string name, string value, List<YamlPlace> trail, ReadOnlySpan<YamlStep> path, bool isList = false)
    {
        var holder = trail[^1];
        var key = YamlText.Of(name);
        var newLine = YamlLines.EndOf(_text);
        if (holder.IsFlow && holder.Kind == YamlPlaceKind.Map)
        {
            AddBetweenBraces(holder, $"{key}: {value}", holder.Members.Count == 0 ? null : holder.Members[^1].Value.End, "{ ", " }");
        }
        else if (trail.Count == 1 && (holder.IsNull || holder.Kind == YamlPlaceKind.Map))
        {
            // At the end of the file, behind whatever comments stand there.
            var column = holder.Members.Count > 0 ? YamlLines.ColumnOf(_text, holder.Members[0].Start) : 0;
            var lead = _text.Length == 0 || _text[^1] == '\n' ? "" : newLine;
            var start = holder is { IsNull: true } && holder.End > holder.Start ? throw Shape(path) : _text.Length;
            Splice(start, start, $"{lead}{Spaces(column)}{Line(key, value, column, isList)}{newLine}");
        }
        else if (holder.IsNull || (holder.Kind == YamlPlaceKind.Map && holder.Members.Count > 0))
        {
            var member = holder.IsNull ? trail[^2].Members.Find(one => ReferenceEquals(one.Value, holder)) : null;
            if (holder.IsNull && (member is null || trail[^2].IsFlow || holder.End > holder.Start))
            {
                throw Shape(path);
            }

            var column = member is null ? YamlLines.ColumnOf(_text, holder.Members[0].Start) : YamlLines.ColumnOf(_text, member.Start) + 2;
            var end = YamlLines.EndOfLine(_text, member is null ? holder.End : member.NameEnd);
            Splice(end, end, $"{newLine}{Spaces(column)}{Line(key, value, column, isList)}");
        }
        else
        {
            throw Shape(path);
        }
    }

    private void AddItem(string item, List<YamlPlace> trail, ReadOnlySpan<YamlStep> path)
    {
        var list = trail[^1];
        var newLine = YamlLines.EndOf(_text);
        if (list is { Kind: YamlPlaceKind.List, IsFlow: true })
        {
            AddBetweenBraces(list, item, list.Items.Count == 0 ? null : list.Items[^1].End, "[ ", " ]");
        }
        else if (list is { Kind: YamlPlaceKind.List, Items.Count: > 0 })
        {
            var column = YamlLines.ColumnOf(_text, DashOf(list.Items[0]));
            var end = YamlLines.EndOfLine(_text, list.End);
            Splice(end, end, $"{newLine}{Spaces(column)}- {Indent(item, column + 2)}");
        }
        else if (list.IsNull && trail.Count > 1 && trail[^2] is { Kind: YamlPlaceKind.Map, IsFlow: false } map && list.Start == list.End)
        {
            var member = map.Members.Find(one => ReferenceEquals(one.Value, list))!;
            var column = YamlLines.ColumnOf(_text, member.Start) + 2;
            var end = YamlLines.EndOfLine(_text, member.NameEnd);
            Splice(end, end, $"{newLine}{Spaces(column)}- {Indent(item, column + 2)}");
        }
        else
        {
            throw Shape(path);
        }
    }

    private void AddBetweenBraces(YamlPlace holder, string text, int? behind, string open, string close)
    {
        if (text.Contains('\n', StringComparison.Ordinal))
        {
            throw new FormatException("a value of several lines has no room between braces");
        }

        if (behind is { } end)
        {
            Splice(end, end, $", {text}");
        }
        else
        {
            Splice(holder.Start, holder.End, $"{open}{text}{close}");
        }
    }

    // How far a path leads, and the values on the way, the document's first.
    private int Walk(ReadOnlySpan<YamlStep> path, out List<YamlPlace> trail)
    {
        trail = [_root];
        foreach (var step in path)
        {
            var next = step.Name is { } name ? trail[^1].Find(name)?.Value : step.Index < trail[^1].Items.Count ? trail[^1].Items[step.Index] : null;
            if (next is null)
            {
                break;
            }

            trail.Add(next);
        }

        return trail.Count - 1;
    }

    private int DashOf(YamlPlace item)
    {
        for (var at = item.Start - 1; at >= 0 && (_text[at] == '-' || char.IsWhiteSpace(_text[at])); at--)
        {
            if (_text[at] == '-')
            {
                return at;
            }
        }

        throw new FormatException("a comment stands between an item's dash and the item");
    }

    private bool IsFirstOnLine(int at) => string.IsNullOrWhiteSpace(_text[YamlLines.StartOf(_text, at)..at]);

    private void Splice(int start, int end, string text)
    {
        var changed = string.Concat(_text.AsSpan(0, start), text, _text.AsSpan(end));
        _root = YamlOutline.Read(changed);
        _text = changed;
    }

    private string Line(string key, string value, int column, bool isList) =>
        isList || value.Contains('\n', StringComparison.Ordinal) ? $"{key}:{YamlLines.EndOf(_text)}{Spaces(column + 2)}{Indent(value, column + 2)}" : $"{key}: {value}";

    private string Indent(string text, int column) =>
        text.Contains('\n', StringComparison.Ordinal) ? string.Join($"{YamlLines.EndOf(_text)}{Spaces(column)}", text.TrimEnd('\n').Split('\n').Select(line => line.TrimEnd('\r'))) : text;

    private static string Spaces(int count) => new(' ', count);

    private static FormatException Shape(ReadOnlySpan<YamlStep> path) =>
        new($"'{string.Join('.', path.ToArray())}' is not in a shape that can be changed without touching the rest");
}
