using System.Text;
using System.Text.Json;
using System.Text.RegularExpressions;

namespace Conductor.Host.Cli.PluginVerbs;

/// <summary>A template of `templates/`, carried in this executable and written as `dotnet new` would: names put in, conditions decided, files left out.</summary>
internal sealed partial class PluginTemplate
{
    private const string ConfigFile = ".template.config/template.json";
    private readonly IReadOnlyDictionary<string, string> _files;
    private readonly JsonElement _config;

    private PluginTemplate(IReadOnlyDictionary<string, string> files)
    {
        _files = files;
        _config = JsonElement.Parse(files[ConfigFile]);
    }

    /// <param name="shortName">As `dotnet new` calls it, for example `conductor-provider`.</param>
    public static PluginTemplate Open(string shortName)
    {
        var assembly = typeof(PluginTemplate).Assembly;
        var prefix = $"templates/{shortName}/";
        return new PluginTemplate(assembly.GetManifestResourceNames()
            .Select(resource => (Resource: resource, Path: resource.Replace('\\', '/')))
            .Where(file => file.Path.StartsWith(prefix, StringComparison.Ordinal))
            .ToDictionary(file => file.Path[prefix.Length..], file => Read(assembly.GetManifestResourceStream(file.Resource)!), StringComparer.Ordinal));
    }

    /// <summary>The files of a new plugin: paths with `/`, and texts.</summary>
    /// <param name="name">Its name, of which the others are made.</param>
    /// <param name="parameters">The template's parameters by name; absent ones have their defaults.</param>
    public IReadOnlyDictionary<string, string> Render(string name, IReadOnlyDictionary<string, string> parameters)
    {
        var forms = new TemplateForms(_config.GetProperty("forms"));
        var contents = new List<(string From, string To)>();
        var paths = new List<(string From, string To)>();
        var flags = new Dictionary<string, bool>(StringComparer.Ordinal);
        foreach (var symbol in _config.GetProperty("symbols").EnumerateObject())
        {
            var value = symbol.Value.TryGetProperty("valueTransform", out var form)
                ? forms.Apply(form.GetString()!, name)
                : parameters.GetValueOrDefault(symbol.Name) ?? symbol.Value.GetProperty("defaultValue").GetString()!;
            flags[symbol.Name] = value == "true";
            Add(contents, symbol.Value, "replaces", value);
            Add(paths, symbol.Value, "fileRename", value);
        }

        var leftOut = LeftOut(flags).ToList();
        return _files
            .Where(file => !file.Key.StartsWith(".template.config/", StringComparison.Ordinal) && !leftOut.Any(pattern => Matches(pattern, file.Key)))
            .ToDictionary(file => Replace(file.Key, paths), file => Replace(Decide(file.Value, flags), contents), StringComparer.Ordinal);
    }

    /// <summary>What a symbol of the template becomes, for example `className`.</summary>
    public string Derive(string symbol, string name) =>
        new TemplateForms(_config.GetProperty("forms")).Apply(_config.GetProperty("symbols").GetProperty(symbol).GetProperty("valueTransform").GetString()!, name);

    private static void Add(List<(string, string)> to, JsonElement symbol, string member, string value)
    {
        if (symbol.TryGetProperty(member, out var from))
        {
            to.Add((from.GetString()!, value));
        }
    }

    // In one pass: what one symbol has put in is not searched for another.
    private static string Replace(string text, List<(string From, string To)> replacements) => Regex.Replace(
        text, string.Join('|', replacements.Select(pair => Regex.Escape(pair.From))), match => replacements.First(pair => pair.From == match.Value).To, RegexOptions.CultureInvariant);

    private IEnumerable<string> LeftOut(Dictionary<string, bool> flags) =>
        from source in _config.GetProperty("sources").EnumerateArray()
        from modifier in source.GetProperty("modifiers").EnumerateArray()
        where flags[modifier.GetProperty("condition").GetString()!.Trim('(', ')')]
        from pattern in modifier.GetProperty("exclude").EnumerateArray()
        select pattern.GetString()!;

    private static bool Matches(string pattern, string path) =>
        pattern.EndsWith("/**", StringComparison.Ordinal) ? path.StartsWith(pattern[..^2], StringComparison.Ordinal) : pattern == path;

    // <!--#if (flag) -->, <!--#else -->, <!--#endif -->, each on a line of its own and not nested.
    private static string Decide(string text, Dictionary<string, bool> flags)
    {
        var result = new StringBuilder(text.Length);
        var isTaken = true;
        foreach (var line in text.Split('\n'))
        {
            if (Condition().Match(line) is { Success: true } condition)
            {
                isTaken = condition.Groups["word"].Value switch
                {
                    "if" => flags[condition.Groups["flag"].Value],
                    "else" => !isTaken,
                    _ => true,
                };
            }
            else if (isTaken)
            {
                result.Append(line).Append('\n');
            }
        }

        return result.ToString(0, result.Length - 1);
    }

    private static string Read(Stream stream)
    {
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd().ReplaceLineEndings("\n");
    }

    [GeneratedRegex(@"\A\s*<!--#(?<word>if|else|endif)(?: \((?<flag>\w+)\))? -->\s*\z")]
    private static partial Regex Condition();
}
