using System.CommandLine;
using System.Text.Json;
using System.Text.Json.Nodes;
using Conductor.Access;
using Conductor.Audit;
using Conductor.Calls;
using Conductor.Configuration;
using Conductor.Configuration.Editing;
using Conductor.Host.Audit;
using Conductor.Host.Composition;
using Conductor.Host.Endpoints;
using Conductor.Settings;
using Conductor.Text;

namespace Conductor.Host.Cli;

/// <summary>`conductor keys`: makes, lists, rotates and revokes callers' keys in `tenants.yaml`. A server that runs takes the change by itself.</summary>
internal static class KeysCommand
{
    private const string Taken = "A server that runs takes it within 5 seconds.";

    private static readonly Argument<string> Key = new("KEY") { Description = "Its id, or TENANT/NAME." };

    private static readonly Argument<string> Name = new("NAME") { Description = "What logs and the ledger call it." };

    private static readonly Option<string> Tenant = new("--tenant") { Description = "Whose key it is.", HelpName = "NAME", DefaultValueFactory = _ => CallContext.DefaultTenant };

    private static readonly Option<bool> NewTenant = new("--new-tenant") { Description = "Add the tenant where it is not there yet." };

    private static readonly Option<string> Role = new("--role") { Description = $"What its holder may do: {string.Join(", ", AccessRoles.Names)}.", HelpName = "ROLE", DefaultValueFactory = _ => "tenant" };

    private static readonly Option<string?> Expires = new("--expires") { Description = "From when on it is refused: a date, or a date and time.", HelpName = "DATE" };

    private static readonly Option<string[]> Models = new("--model") { Description = "An alias or a model that it may use, '*' at the end is a wildcard; again for more.", HelpName = "NAME" };

    private static readonly Option<string[]> Routes = new("--route") { Description = $"What it may be used for: {string.Join(", ", AccessRoutes.All)}, operations/NAME; again for more.", HelpName = "ROUTE" };

    private static readonly Option<string[]> Ranges = new("--ip") { Description = "Where calls may come from, such as 10.0.0.0/8; again for more.", HelpName = "CIDR" };

    private static readonly Option<int?> MaxTokens = new("--max-tokens") { Description = "The longest answer.", HelpName = "N" };

    private static readonly Option<string[]> Tags = new("--tag") { Description = "For the log line of each of its calls, as NAME=TEXT; again for more.", HelpName = "NAME=TEXT" };

    private static readonly Option<TimeSpan> Overlap = new("--overlap")
    {
        Description = "How long the old secret is let in yet, such as 24h or 0s.",
        HelpName = "TIME",
        DefaultValueFactory = _ => TimeSpan.FromDays(1),
        CustomParser = result => SettingsUnits.Duration(result.Tokens[0].Value) is { } time && time >= TimeSpan.Zero && time <= TimeSpan.FromDays(30) ? time : Refuse(result),
    };

    private static readonly Option<bool> Yes = new("--yes", "-y") { Description = "Do not ask." };

    public static Command Create() => new("keys", "Make, list, rotate and revoke callers' keys.") { Make(), List(), Rotate(), Revoke() };

    private static Command Make()
    {
        var json = CommonOptions.Json();
        var command = new Command("create", "Make a key and show it, once.") { Name, Tenant, NewTenant, Role, Expires, Models, Routes, Ranges, MaxTokens, Tags, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var issued = await EditAsync(parsed, registry => registry.CreateAsync(RequestOf(parsed), settings => RequireTenant(settings, parsed), parsed.GetValue(NewTenant), cancellationToken));
            await NoteAsync(parsed, AuditActions.KeyCreated, null, issued.Settings);
            Show(issued, parsed.GetValue(json), $"Key '{issued.Settings.Name}' of tenant '{issued.Settings.Tenant}', role {AccessRoles.NameOf(issued.Settings.Role)}, id {issued.Settings.Id}. Keep it now: it is shown this once. {Taken}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Rotate()
    {
        var json = CommonOptions.Json();
        var command = new Command("rotate", "Give a key a new secret and show it, once; the old one is let in for a while.") { Key, Overlap, json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var issued = await EditAsync(parsed, registry => registry.RotateAsync(Find(parsed), parsed.GetValue(Overlap), cancellationToken));
            await NoteAsync(parsed, AuditActions.KeyRotated, null, issued.Settings);
            var until = issued.Settings.Previous is { } previous ? $"The old secret is let in until {previous.Until.UtcDateTime:yyyy-MM-ddTHH:mm:ssZ}." : "The old secret is void.";
            Show(issued, parsed.GetValue(json), $"Key '{issued.Settings.Name}' of tenant '{issued.Settings.Tenant}', id {issued.Settings.Id}. {until} {Taken}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command Revoke()
    {
        var command = new Command("revoke", "Take a key away.") { Key, Yes };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            if (!parsed.GetValue(Yes) && !IsConfirmed(parsed.GetValue(Key)!))
            {
                return ExitCodes.Failed;
            }

            var revoked = await EditAsync(parsed, registry => registry.RevokeAsync(Find(parsed), cancellationToken));
            await NoteAsync(parsed, AuditActions.KeyRevoked, revoked, null);
            await Console.Out.WriteLineAsync($"Revoked key '{revoked.Name}' of tenant '{revoked.Tenant}'. {Taken}");
            return ExitCodes.Ok;
        });
        return command;
    }

    private static Command List()
    {
        var json = CommonOptions.Json();
        var command = new Command("list", "Show the keys, and when they were last used where a server runs.") { json };
        command.SetAction(async (parsed, cancellationToken) =>
        {
            var settings = LaunchSettings.Open(CommonOptions.Read(parsed));
            var now = TimeProvider.System.GetUtcNow();
            var (used, why) = await KeyUses.AskAsync(settings, cancellationToken);
            if (parsed.GetValue(json))
            {
                Terminal.Json(writer =>
                {
                    writer.WriteStartArray();
                    foreach (var key in settings.Current.Keys)
                    {
                        KeyJson.Write(writer, key, used.GetValueOrDefault(KeyJson.IdOf(key)), now);
                    }

                    writer.WriteEndArray();
                });
                return ExitCodes.Ok;
            }

            Terminal.Table(
                ["id", "tenant", "name", "role", "state", "expires", "old secret until", "last used"],
                settings.Current.Keys.Select(key => (IReadOnlyList<string>)
                [
                    KeyJson.IdOf(key), key.Tenant, key.Name, AccessRoles.NameOf(key.Role), KeyJson.StateOf(key, now), Text(key.Expires), Text(key.Previous?.Until is { } until && until > now ? until : null),
                    Text(used.GetValueOrDefault(KeyJson.IdOf(key)).Current),
                ]));
            if (why is not null)
            {
                Terminal.Note(why);
            }

            return ExitCodes.Ok;
        });
        return command;
    }

    private static async Task<T> EditAsync<T>(ParseResult parsed, Func<KeyRegistry, Task<T>> edit)
    {
        try
        {
            return await edit(new KeyRegistry(LaunchSettings.SourceOf(CommonOptions.Read(parsed)), TimeProvider.System));
        }
        catch (SettingsEditException refused)
        {
            throw refused.Fault == SettingsEditFault.Invalid
                ? new CliException(ExitCodes.Usage, [.. refused.Problems.Select(problem => problem.ToString())])
                : new CliException(ExitCodes.Failed, [refused.Message, .. refused.Problems.Skip(1).Select(problem => problem.ToString())]);
        }
    }

    private static void RequireTenant(ConductorSettings settings, ParseResult parsed)
    {
        var tenant = parsed.GetValue(Tenant)!;
        if (!parsed.GetValue(NewTenant) && tenant != CallContext.DefaultTenant && !settings.Tenants.ContainsKey(tenant))
        {
            throw new CliException(ExitCodes.Usage, $"There is no tenant '{tenant}'{NearestName.Hint(tenant, settings.Tenants.Keys)}. Say --new-tenant to add it.");
        }
    }

    private static Task NoteAsync(ParseResult parsed, string action, CallerKeySettings? before, CallerKeySettings? after)
    {
        var (key, now) = ((after ?? before)!, TimeProvider.System.GetUtcNow());
        return CommandLineAudit.RecordAsync(LaunchSettings.Open(CommonOptions.Read(parsed)), action, $"keys/{key.Tenant}/{key.Name}", key.Tenant, KeyJson.Of(before, now), KeyJson.Of(after, now));
    }

    private static JsonElement RequestOf(ParseResult parsed)
    {
        var request = new JsonObject { ["tenant"] = parsed.GetValue(Tenant), ["name"] = parsed.GetValue(Name), ["role"] = parsed.GetValue(Role) };
        if (parsed.GetValue(Expires) is { } expires)
        {
            request["expires"] = expires;
        }

        Add("models", parsed.GetValue(Models));
        Add("routes", parsed.GetValue(Routes));
        Add("ip", parsed.GetValue(Ranges));
        if (parsed.GetValue(MaxTokens) is { } most)
        {
            request["max_tokens"] = most;
        }

        if (parsed.GetValue(Tags) is { Length: > 0 } tags)
        {
            var map = new JsonObject();
            foreach (var tag in tags)
            {
                var equals = tag.IndexOf('=', StringComparison.Ordinal);
                map[equals > 0 ? tag[..equals] : throw new CliException(ExitCodes.Usage, $"--tag takes NAME=TEXT, not '{tag}'.")] = tag[(equals + 1)..];
            }

            request["tags"] = map;
        }

        return JsonElement.Parse(request.ToJsonString());

        void Add(string name, string[]? values)
        {
            if (values is { Length: > 0 })
            {
                request[name] = new JsonArray([.. values.Select(value => JsonValue.Create(value))]);
            }
        }
    }

    private static Func<ConductorSettings, CallerKeySettings?> Find(ParseResult parsed)
    {
        var text = parsed.GetValue(Key)!;
        return settings => settings.Keys.FirstOrDefault(key => KeyJson.IdOf(key) == text || $"{key.Tenant}/{key.Name}" == text);
    }

    private static void Show(IssuedKey issued, bool asJson, string note)
    {
        if (asJson)
        {
            Terminal.Json(writer => KeyJson.Write(writer, issued.Settings, default, TimeProvider.System.GetUtcNow(), issued.Key));
            return;
        }

        Console.Out.WriteLine(issued.Key); // alone on its line: `KEY=$(conductor keys create web)`
        Terminal.Note(note);
    }

    private static bool IsConfirmed(string key)
    {
        if (Console.IsInputRedirected)
        {
            throw new CliException(ExitCodes.Usage, "Nobody can be asked here; say --yes.");
        }

        Console.Out.Write($"Revoke {key}? [y/N] ");
        return Console.In.ReadLine()?.Trim() is "y" or "Y" or "yes";
    }

    private static TimeSpan Refuse(System.CommandLine.Parsing.ArgumentResult result)
    {
        result.AddError($"--overlap takes a time from 0s to 30d, such as 24h, not '{result.Tokens[0].Value}'.");
        return default;
    }

    private static string Text(DateTimeOffset? time) => time is { } known ? known.UtcDateTime.ToString("yyyy-MM-ddTHH:mm:ssZ", System.Globalization.CultureInfo.InvariantCulture) : "-";
}
