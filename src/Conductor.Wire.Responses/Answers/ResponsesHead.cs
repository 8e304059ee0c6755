namespace Conductor.Wire.Responses;

/// <summary>What an answer says of itself before there is any output.</summary>
/// <param name="Id">For example `resp_…`.</param>
/// <param name="Model">What the caller is told of the model.</param>
/// <param name="Created">When the answer began.</param>
/// <param name="Echo">The request's settings.</param>
public sealed record ResponsesHead(string Id, string Model, DateTimeOffset Created, ResponsesEcho Echo)
{
    /// <summary>An item's id, from the answer's own: unique in it, and as hard to guess.</summary>
    internal string ItemId(string prefix, int index)
    {
        var core = Id.StartsWith("resp_", StringComparison.Ordinal) ? Id["resp_".Length..] : Id;
        return string.Create(System.Globalization.CultureInfo.InvariantCulture, $"{prefix}_{core}{index:x2}");
    }
}
