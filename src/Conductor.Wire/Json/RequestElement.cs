using System.Globalization;
using System.Text.Json;

namespace Conductor.Wire;

/// <summary>One value of a request with its path, for checks that name the member.</summary>
public readonly struct RequestElement(JsonElement value, string path)
{
    public JsonElement Value => value;

    /// <summary>For example `messages[0].content[1].type`; empty for the root.</summary>
    public string Path => path;

    public bool IsNull => value.ValueKind is JsonValueKind.Null or JsonValueKind.Undefined;

    public RequestElement this[string name] =>
        new(value.TryGetProperty(name, out var member) ? member : default, path.Length == 0 ? name : path + "." + name);

    public bool Has(string name) => value.TryGetProperty(name, out var member) && member.ValueKind != JsonValueKind.Null;

    public IEnumerable<RequestElement> Items()
    {
        RequireKind(JsonValueKind.Array, "an array");
        var index = 0;
        foreach (var item in value.EnumerateArray())
        {
            yield return new RequestElement(item, string.Create(CultureInfo.InvariantCulture, $"{path}[{index++}]"));
        }
    }

    public RequestElement RequireObject()
    {
        RequireKind(JsonValueKind.Object, "an object");
        return this;
    }

    public RequestElement RequireArray()
    {
        RequireKind(JsonValueKind.Array, "an array");
        return this;
    }

    public string String()
    {
        RequireKind(JsonValueKind.String, "a string");
        return value.GetString()!;
    }

    public string NonEmptyString()
    {
        var text = String();
        return text.Length > 0 ? text : throw Invalid("must not be empty");
    }

    /// <summary>A name: the types that hold one take no white space alone.</summary>
    public string NonBlankString()
    {
        var text = String();
        return string.IsNullOrWhiteSpace(text) ? throw Invalid("must not be empty") : text;
    }

    public string? OptionalString() => IsNull ? null : String();

    public bool? OptionalBoolean() => value.ValueKind switch
    {
        JsonValueKind.Null or JsonValueKind.Undefined => null,
        JsonValueKind.True => true,
        JsonValueKind.False => false,
        _ => throw WrongType("true or false"),
    };

    public double? OptionalNumber(double minimum, double maximum)
    {
        if (IsNull)
        {
            return null;
        }

        RequireKind(JsonValueKind.Number, "a number");
        // 1e999 reads as infinity and could not be written again.
        return value.TryGetDouble(out var number) && double.IsFinite(number) && number >= minimum && number <= maximum
            ? number
            : throw Invalid(string.Create(CultureInfo.InvariantCulture, $"must be between {minimum} and {maximum}"));
    }

    public long? OptionalInteger(long minimum, long maximum)
    {
        if (IsNull)
        {
            return null;
        }

        RequireKind(JsonValueKind.Number, "an integer");
        return value.TryGetInt64(out var number) && number >= minimum && number <= maximum
            ? number
            : throw Invalid(string.Create(CultureInfo.InvariantCulture, $"must be an integer between {minimum} and {maximum}"));
    }

    public WireRequestException Invalid(string rule) => new(path, $"'{path}' {rule}.", WireRequestCodes.InvalidValue);

    public WireRequestException Missing() => new(path, $"'{path}' is missing.", WireRequestCodes.MissingMember);

    public WireRequestException WrongType(string wanted) => new(path, $"'{path}' must be {wanted}.", WireRequestCodes.InvalidType);

    private void RequireKind(JsonValueKind kind, string wanted)
    {
        if (value.ValueKind == JsonValueKind.Undefined)
        {
            throw Missing();
        }

        if (value.ValueKind != kind)
        {
            throw WrongType(wanted);
        }
    }
}
