namespace Conductor.Wire.Anthropic;

/// <summary>Texts that the types take only where they say something.</summary>
internal static class RequestText
{
    /// <exception cref="WireRequestException">It is no string, or one of white space alone.</exception>
    public static string NonBlank(RequestElement value)
    {
        var text = value.NonEmptyString();
        return string.IsNullOrWhiteSpace(text) ? throw value.Invalid("must not be blank") : text;
    }
}
