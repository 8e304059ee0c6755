using System.Globalization;
using Conductor.Text;
using YamlDotNet.Core;
using YamlDotNet.RepresentationModel;

namespace Conductor.Prompts.Yaml;

/// <summary>A map of a prompt file whose keys are known; every mistake is told with its line.</summary>
internal sealed class PromptYamlMap
{
    private readonly Dictionary<string, YamlNode> _values = new(StringComparer.Ordinal);
    private readonly YamlMappingNode _node;

    /// <param name="source">What messages call the file.</param>
    /// <param name="node">The map.</param>
    /// <param name="what">What messages call the map.</param>
    /// <param name="keys">The keys it may hold; none = any.</param>
    public PromptYamlMap(string source, YamlMappingNode node, string what, params string[] keys)
    {
        Source = source;
        _node = node;
        foreach (var (keyNode, value) in node.Children)
        {
            if (keyNode is not YamlScalarNode { Value: { } key })
            {
                throw Mistake(keyNode, $"A key of {what} has to be a word.");
            }

            if (keys.Length > 0 && !keys.Contains(key, StringComparer.Ordinal))
            {
                throw Mistake(keyNode, $"'{key}' is not a key of {what}{NearestName.Hint(Underscored(key), keys)}. Keys are: {string.Join(", ", keys)}.");
            }

            _values[key] = value;
        }
    }

    public string Source { get; }

    public IEnumerable<KeyValuePair<string, YamlNode>> Entries => _values;

    public YamlNode? Node(string key) => _values.TryGetValue(key, out var node) && !IsNull(node) ? node : null;

    public int LineOf(string key) => (int)(_values.TryGetValue(key, out var node) ? node.Start.Line : _node.Start.Line);

    public string? Text(string key) => Node(key) switch
    {
        null => null,
        YamlScalarNode scalar => scalar.Value,
        var other => throw Mistake(other, $"'{key}' has to be text."),
    };

    public bool? Flag(string key) => Text(key)?.ToLowerInvariant() switch
    {
        null => null,
        "true" or "yes" or "on" or "y" => true,
        "false" or "no" or "off" or "n" => false,
        var other => throw Mistake(Node(key)!, $"'{key}' has to be true or false, not '{other}'."),
    };

    public float? Number(string key, float least, float most, string range)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        return float.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Mistake(Node(key)!, $"'{key}' has to be a number {range}, not '{text}'.");
    }

    public long? Integer(string key, long least, long most, string range)
    {
        if (Text(key) is not { } text)
        {
            return null;
        }

        return long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) && number >= least && number <= most
            ? number
            : throw Mistake(Node(key)!, $"'{key}' has to be a whole number {range}, not '{text}'.");
    }

    public IReadOnlyList<string>? Texts(string key) => Node(key) switch
    {
        null => null,
        YamlScalarNode scalar => [scalar.Value ?? ""],
        YamlSequenceNode list => [.. list.Children.Select(item =>
            (item as YamlScalarNode)?.Value ?? throw Mistake(item, $"Each entry of '{key}' has to be text."))],
        var other => throw Mistake(other, $"'{key}' has to be a list of texts."),
    };

    public PromptYamlMap? Map(string key, string what, params string[] keys) => Node(key) switch
    {
        null => null,
        YamlMappingNode map => new PromptYamlMap(Source, map, what, keys),
        var other => throw Mistake(other, $"'{key}' has to be a map."),
    };

    public IEnumerable<PromptYamlMap> Maps(string key, string what, params string[] keys)
    {
        if (Node(key) is not { } node)
        {
            yield break;
        }

        if (node is not YamlSequenceNode list)
        {
            throw Mistake(node, $"'{key}' has to be a list: begin each entry with '- '.");
        }

        foreach (var item in list.Children)
        {
            yield return item is YamlMappingNode map
                ? new PromptYamlMap(Source, map, what, keys)
                : throw Mistake(item, $"Each entry of '{key}' has to be a map.");
        }
    }

    public PromptFormatException Mistake(string message, string key, string semanticKernelException) =>
        new(Source, LineOf(key), message, semanticKernelException);

    private PromptFormatException Mistake(YamlNode at, string message) => new(Source, (int)at.Start.Line, message, SemanticKernelErrors.Yaml);

    private static bool IsNull(YamlNode node) =>
        node is YamlScalarNode { Style: ScalarStyle.Plain, Value: null or "" or "~" or "null" or "Null" or "NULL" };

    // templateFormat is nearer to template_format than any count of edits can tell.
    private static string Underscored(string key) =>
        string.Concat(key.Select((letter, i) => char.IsUpper(letter) ? (i > 0 ? "_" : "") + char.ToLowerInvariant(letter) : letter.ToString()));
}
