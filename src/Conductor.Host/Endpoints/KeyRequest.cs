using System.Text.Json;
using System.Text.Json.Nodes;
using Conductor.Access;
using Conductor.Calls;
using Conductor.Errors;
using Conductor.Wire;

namespace Conductor.Host.Endpoints;

/// <summary>The bodies of `/admin/v1/keys`.</summary>
internal static class KeyRequest
{
    /// <summary>What a key is to be, with what goes without saying filled in: the caller's tenant, and the role `tenant`, or `admin` for the first key of all.</summary>
    /// <exception cref="ConductorException">The body is wrong, or wants what this caller may not give.</exception>
    public static JsonElement Read(ReadOnlyMemory<byte> body, CallerIdentity caller, bool isFirst)
    {
        var request = JsonObject.Create(ObjectOf(body, KeyRegistry.Members))!;
        request["tenant"] = Text(request, "tenant") ?? caller.TenantId;
        request["role"] = Text(request, "role") ?? AccessRoles.NameOf(isFirst ? AccessRole.Admin : AccessRole.Tenant);
        if (Text(request, "name") is null)
        {
            throw new InvalidRequestException("'name' is missing: what logs and the ledger are to call the key.", "name", WireRequestCodes.MissingMember);
        }

        var role = AccessRoles.Parse((string?)request["role"])
            ?? throw new InvalidRequestException($"'role' must be one of {string.Join(", ", AccessRoles.Names)}.", "role", "invalid_value");
        if (isFirst && role != AccessRole.Admin)
        {
            throw new InvalidRequestException("The first key is an admin's; it makes the others.", "role", "invalid_value");
        }

        if (caller.Role == AccessRole.TenantAdmin && ((string?)request["tenant"] != caller.TenantId || role is not (AccessRole.Tenant or AccessRole.TenantAdmin)))
        {
            throw new ConductorException(403, "permission_error", "role_not_allowed", "A tenant's admin makes keys of its own tenant, with the role tenant or tenant-admin.") { ShouldRetry = false };
        }

        return JsonElement.Parse(request.ToJsonString());
    }

    /// <summary>How long the old secret is let in: `overlap_seconds` of a body that may be empty.</summary>
    /// <exception cref="InvalidRequestException">It is no whole number in the range.</exception>
    public static TimeSpan ReadOverlap(ReadOnlyMemory<byte> body, int standard, int most)
    {
        const string Name = "overlap_seconds";
        if (body.IsEmpty || !ObjectOf(body, [Name]).TryGetProperty(Name, out var value))
        {
            return TimeSpan.FromSeconds(standard);
        }

        return value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var seconds) && seconds >= 0 && seconds <= most
            ? TimeSpan.FromSeconds(seconds)
            : throw new InvalidRequestException($"'{Name}' must be a whole number from 0 to {most}.", Name, "invalid_value");
    }

    private static JsonElement ObjectOf(ReadOnlyMemory<byte> body, IReadOnlyList<string> known)
    {
        JsonElement root;
        try
        {
            root = StrictJson.ParseRequest(body.Span);
        }
        catch (WireRequestException wrong)
        {
            throw new InvalidRequestException(wrong.Message, wrong.Param, wrong.Code, wrong);
        }

        if (root.ValueKind != JsonValueKind.Object)
        {
            throw new InvalidRequestException("The body must be a JSON object.", null, "invalid_json");
        }

        foreach (var member in root.EnumerateObject())
        {
            if (!known.Contains(member.Name))
            {
                throw new InvalidRequestException($"'{Http.HeaderText.Safe(member.Name)}' is not known here; known are {string.Join(", ", known)}.", Http.HeaderText.Safe(member.Name), WireRequestCodes.Unsupported);
            }
        }

        return root;
    }

    private static string? Text(JsonObject request, string name) => request[name] is not { } value ? null
        : value.GetValueKind() == JsonValueKind.String && (string?)value is { Length: > 0 } text ? text
        : throw new InvalidRequestException($"'{name}' must be a text that is not empty.", name, "invalid_value");
}
