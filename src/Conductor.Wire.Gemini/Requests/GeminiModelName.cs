using System.Globalization;

namespace Conductor.Wire.Gemini;

/// <summary>What a model's name tells of its generation. Google's servers refuse members that a generation does not know.</summary>
internal static class GeminiModelName
{
    /// <summary>What an alias such as `gemini-flash-latest` counts as: the newest.</summary>
    private const decimal Newest = 99;

    /// <summary>`2.5` of `gemini-2.5-pro`, `3` of `gemini-3-flash`; null for what is no Gemini at all.</summary>
    public static decimal? Generation(string model)
    {
        var name = Bare(model);
        if (!name.StartsWith("gemini-", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }

        var number = name["gemini-".Length..].Split('-')[0];
        return decimal.TryParse(number, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var generation) ? generation : Newest;
    }

    /// <summary>The name without `models/`.</summary>
    public static string Bare(string model) => model.StartsWith("models/", StringComparison.Ordinal) ? model["models/".Length..] : model;

    /// <summary>The name as a resource, `models/…`; a tuned model's stays as it is.</summary>
    public static string Resource(string model) =>
        model.StartsWith("models/", StringComparison.Ordinal) || model.StartsWith("tunedModels/", StringComparison.Ordinal) ? model : "models/" + model;
}
