using System.Globalization;
using System.Text.Json;
using Conductor.Schemas;

namespace Conductor.Configuration;

/// <summary>Reads one object of a document, by name and with defaults. A value of the wrong kind reads as absent: the schema has already complained.</summary>
internal readonly struct SettingsReader(SettingsDocument document, JsonElement element, string path)
{
    public SettingsDocument Document { get; } = document;

    public string Path { get; } = path;

    public bool IsObject => element.ValueKind == JsonValueKind.Object;

    public bool Has(string name) => IsObject && element.TryGetProperty(name, out _);

    public SettingsReader Object(string name) => new(Document, Get(name, JsonValueKind.Object) ?? default, PathOf(name));

    public string PathOf(string name) => InstancePath.Join(Path, name);

    /// <summary>The members that are objects (or nothing yet), each with its name.</summary>
    public IEnumerable<(string Name, SettingsReader Value)> Members()
    {
        if (!IsObject)
        {
            yield break;
        }

        foreach (var member in element.EnumerateObject())
        {
            yield return (member.Name, new SettingsReader(Document, member.Value, PathOf(member.Name)));
        }
    }

    public IEnumerable<SettingsReader> Objects(string name) =>
        Items(name).Where(item => item.Value.ValueKind == JsonValueKind.Object).Select(item => item.Reader);

    /// <summary>The items of a list, whatever they are.</summary>
    public IEnumerable<(JsonElement Value, SettingsReader Reader)> Items(string name)
    {
        if (Get(name, JsonValueKind.Array) is not { } list)
        {
            yield break;
        }

        var at = PathOf(name);
        var index = 0;
        foreach (var item in list.EnumerateArray())
        {
            yield return (item, new SettingsReader(Document, item, InstancePath.Join(at, index++)));
        }
    }

    public IReadOnlyList<string> Texts(string name) =>
        [.. Items(name).Where(item => item.Value.ValueKind == JsonValueKind.String).Select(item => item.Value.GetString()!)];

    /// <summary>The members that are texts, by name.</summary>
    public IReadOnlyDictionary<string, string> Texts()
    {
        var texts = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var member in IsObject ? element.EnumerateObject().Where(member => member.Value.ValueKind == JsonValueKind.String) : [])
        {
            texts[member.Name] = member.Value.GetString()!;
        }

        return texts;
    }

    /// <summary>The members that are lists of texts, by name.</summary>
    public IReadOnlyDictionary<string, IReadOnlyList<string>> Lists()
    {
        var lists = new Dictionary<string, IReadOnlyList<string>>(StringComparer.Ordinal);
        foreach (var member in IsObject ? element.EnumerateObject().ToArray() : [])
        {
            lists[member.Name] = Texts(member.Name);
        }

        return lists;
    }

    public string? Text(string name) => Get(name, JsonValueKind.String)?.GetString();

    public string Text(string name, string otherwise) => Text(name) is { Length: > 0 } text ? text : otherwise;

    public bool Flag(string name, bool otherwise) =>
        Has(name) && element.GetProperty(name) is { ValueKind: JsonValueKind.True or JsonValueKind.False } flag ? flag.GetBoolean() : otherwise;

    public int? Integer(string name) => (int?)Number(name, int.MinValue, int.MaxValue);

    public long? Long(string name) => (long?)Number(name, long.MinValue, long.MaxValue);

    public decimal? Decimal(string name) => Number(name, decimal.MinValue, decimal.MaxValue);

    /// <summary>A date, which is its beginning in UTC, or a date and time with its offset; null where it is neither.</summary>
    public DateTimeOffset? Time(string name) =>
        DateTimeOffset.TryParse(Text(name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time.ToUniversalTime() : null;

    public TimeSpan Duration(string name, TimeSpan otherwise, TimeSpan least, TimeSpan most)
    {
        if (Text(name) is not { } text || SettingsUnits.Duration(text) is not { } time)
        {
            return otherwise;
        }

        if (time < least || time > most)
        {
            Document.Problem(PathOf(name), $"must be from {SettingsUnits.Show(least)} to {SettingsUnits.Show(most)}; it is {text}");
        }

        return time;
    }

    public long Size(string name, long otherwise, long least, long most)
    {
        if (Text(name) is not { } text || SettingsUnits.Size(text) is not { } size)
        {
            return otherwise;
        }

        if (size < least || size > most)
        {
            Document.Problem(PathOf(name), $"must be from {SettingsUnits.Show(least)} to {SettingsUnits.Show(most)}; it is {text}");
        }

        return size;
    }

    private JsonElement? Get(string name, JsonValueKind kind) =>
        IsObject && element.TryGetProperty(name, out var value) && value.ValueKind == kind ? value : null;

    // One that does not fit is a mistake: taken as none it would be a limit that is not there, or a price of nothing.
    private decimal? Number(string name, decimal least, decimal most)
    {
        if (Get(name, JsonValueKind.Number) is not { } number)
        {
            return null;
        }

        if (number.TryGetDecimal(out var value) && value >= least && value <= most)
        {
            return value;
        }

        if (!Document.HasProblem(PathOf(name)))
        {
            Document.Problem(PathOf(name), $"is a number that is too large: {JsonValues.Cut(number.GetRawText())}");
        }

        return null;
    }
}
