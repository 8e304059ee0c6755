using Conductor.Access;
using Conductor.Audit;
using Conductor.Errors;
using Conductor.Host.Http;
using Conductor.Host.Redaction;
using Conductor.Settings;
using Microsoft.AspNetCore.Http;

namespace Conductor.Host.Audit;

/// <summary>Notes what a request changed, and who sent it.</summary>
internal sealed class HttpAudit(IAuditLog log, ISettings settings, SecretRedactor redactor)
{
    /// <summary>Before a change: what cannot be noted is not done.</summary>
    /// <exception cref="ConductorException">The audit log cannot be written.</exception>
    public void Require()
    {
        if (log.IsFailing)
        {
            throw new ConductorException(503, "overloaded_error", "audit_unavailable", "The audit log cannot be written now, so nothing is changed. The server's log says why.") { RetryAfter = TimeSpan.FromSeconds(5) };
        }
    }

    /// <summary>After a change. Members of <paramref name="before"/> and <paramref name="after"/> that hold secrets are masked by their names.</summary>
    public void Record(HttpContext http, string action, string target, string? tenant, string? before, string? after)
    {
        var caller = http.Features.Get<CallerIdentity>();
        log.Record(new AuditEntry
        {
            TenantId = caller?.TenantId,
            KeyId = caller?.KeyId,
            Role = caller is null ? AuditRoles.Stranger : AccessRoles.NameOf(caller.Role),
            Action = action,
            Object = target,
            ObjectTenantId = tenant,
            Before = redactor.Clean(before),
            After = redactor.Clean(after),
            Address = CallerAddress.Of(http, settings.Current.Server)?.ToString(),
            RequestId = RequestIds.Of(http),
        });
    }
}
