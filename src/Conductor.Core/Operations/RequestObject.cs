using System.Text.Json;
using Conductor.Errors;

namespace Conductor.Operations;

/// <summary>Reads the members of a request's object, and refuses what does not belong there by the member's full name.</summary>
internal sealed class RequestObject
{
    private readonly JsonElement _element;
    private readonly string _prefix;

    /// <exception cref="InvalidRequestException">A member is not among <paramref name="allowed"/>.</exception>
    public RequestObject(JsonElement element, string prefix, IReadOnlyList<string> allowed)
    {
        _element = element;
        _prefix = prefix;
        foreach (var member in element.EnumerateObject())
        {
            var name = RequestChecks.Read(() => member.Name, prefix.Length == 0 ? "the body" : prefix);
            if (!allowed.Contains(name))
            {
                var nearest = Text.NearestName.Find(name, allowed);
                name = RequestChecks.Quote(name);
                throw new InvalidRequestException(
                    $"'{prefix}{name}' is not a member of this request{(nearest is null ? $"; it takes {string.Join(", ", allowed)}" : $" (nearest: '{prefix}{nearest}')")}.",
                    prefix + name,
                    "unknown_field");
            }
        }
    }

    public RequestObject? Object(string name, IReadOnlyList<string> allowed) =>
        Find(name) is not { } value ? null
        : value.ValueKind == JsonValueKind.Object ? new RequestObject(value, $"{_prefix}{name}.", allowed)
        : throw Wrong(name, "must be an object");

    public string? String(string name, int maxLength)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        if (value.ValueKind != JsonValueKind.String)
        {
            throw Wrong(name, "must be a string");
        }

        var text = RequestChecks.Read(() => value.GetString()!, _prefix + name);
        return text.Length <= maxLength ? text : throw Wrong(name, $"must have at most {maxLength} characters; it has {text.Length}");
    }

    public bool? Boolean(string name) => Find(name) switch
    {
        null => null,
        { ValueKind: JsonValueKind.True } => true,
        { ValueKind: JsonValueKind.False } => false,
        _ => throw Wrong(name, "must be true or false"),
    };

    public int? Integer(string name, int least, int most)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number) && number >= least && number <= most
            ? number
            : throw Wrong(name, $"must be a whole number from {least} to {most}");
    }

    public double? Number(string name, double least, double most)
    {
        if (Find(name) is not { } value)
        {
            return null;
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetDouble(out var number) && double.IsFinite(number) && number >= least && number <= most
            ? number
            : throw Wrong(name, FormattableString.Invariant($"must be a number from {least} to {most}"));
    }

    public IReadOnlyList<string> Strings(string name, int most)
    {
        if (Find(name) is not { } value)
        {
            return [];
        }

        if (value.ValueKind != JsonValueKind.Array || value.GetArrayLength() > most || value.EnumerateArray().Any(item => item.ValueKind != JsonValueKind.String))
        {
            throw Wrong(name, $"must be an array of at most {most} strings");
        }

        return [.. value.EnumerateArray().Select(item => RequestChecks.Read(() => item.GetString()!, _prefix + name))];
    }

    private JsonElement? Find(string name) =>
        _element.TryGetProperty(name, out var value) && value.ValueKind != JsonValueKind.Null ? value : null;

    private InvalidRequestException Wrong(string name, string what) => new($"'{_prefix}{name}' {what}.", _prefix + name, "invalid_value");
}
