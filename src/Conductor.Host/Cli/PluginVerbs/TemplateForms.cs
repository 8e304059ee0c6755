using System.Text.Json;
using System.Text.RegularExpressions;

namespace Conductor.Host.Cli.PluginVerbs;

/// <summary>The forms of a template.json: how one name becomes a class, an id, a file. Those that Conductor's templates use, and no others.</summary>
internal sealed class TemplateForms(JsonElement forms)
{
    /// <exception cref="InvalidOperationException">The template uses a form that is not known here.</exception>
    public string Apply(string form, string value)
    {
        var definition = forms.GetProperty(form);
        return definition.GetProperty("identifier").GetString() switch
        {
            "identity" => value,
            "replace" => Regex.Replace(value, definition.GetProperty("pattern").GetString()!, definition.GetProperty("replacement").GetString()!, RegexOptions.CultureInvariant),
            "firstUpperCase" => value.Length == 0 ? value : char.ToUpperInvariant(value[0]) + value[1..],
            "lowerCaseInvariant" => value.ToLowerInvariant(),
            "chain" => definition.GetProperty("steps").EnumerateArray().Aggregate(value, (text, step) => Apply(step.GetString()!, text)),
            var unknown => throw new InvalidOperationException($"The template has a form '{unknown}', which is not known here."),
        };
    }
}
