using System.Globalization;
using System.Reflection;
using System.Runtime.CompilerServices;
using System.Text.RegularExpressions;

namespace Attribution.Torch.Tests.Conformance;

/// <summary>A public member as one line, in the form of the list of TorchSharp's signatures.</summary>
internal static class SignatureText
{
    private static readonly Dictionary<Type, string> Keywords = new()
    {
        [typeof(void)] = "void",
        [typeof(bool)] = "bool",
        [typeof(byte)] = "byte",
        [typeof(sbyte)] = "sbyte",
        [typeof(short)] = "short",
        [typeof(int)] = "int",
        [typeof(long)] = "long",
        [typeof(float)] = "float",
        [typeof(double)] = "double",
        [typeof(string)] = "string",
        [typeof(object)] = "object",
    };

    /// <summary>Without the marks of nullable reference types, which say nothing about what compiles at run time.</summary>
    internal static string WithoutReferenceNullability(string line) =>
        Regex.Replace(line, @"(?<type>[\w>\]]+)\?", m => m.Groups["type"].Value is "long" or "int" or "double" or "float" or "bool" or "byte" or "ScalarType"
            ? m.Value
            : m.Groups["type"].Value);

    internal static string? Of(MemberInfo member)
    {
        var prefix = Name(member.DeclaringType!, full: true);
        return member switch
        {
            ConstructorInfo c => $"{prefix}..ctor\tnew {c.DeclaringType!.Name}({Parameters(c)})",
            MethodInfo { IsSpecialName: true } m when !m.Name.StartsWith("op_", StringComparison.Ordinal) => null,
            MethodInfo m => $"{prefix}.{m.Name}\t{(m.IsStatic ? "static " : "")}{Return(m)} {m.Name}{Generics(m)}({Parameters(m)})",
            PropertyInfo p when p.GetIndexParameters().Length > 0 =>
                $"{prefix}.{p.Name}\tproperty {Name(p.PropertyType)} this[{string.Join(", ", p.GetIndexParameters().Select(Parameter))}] {Accessors(p)}",
            PropertyInfo p => $"{prefix}.{p.Name}\tproperty {(p.GetAccessors()[0].IsStatic ? "static " : "")}{Name(p.PropertyType)} {p.Name} {Accessors(p)}",
            FieldInfo f => $"{prefix}.{f.Name}\tfield {(f.IsStatic ? "static " : "")}{Name(f.FieldType)} {f.Name}",
            _ => null,
        };
    }

    private static string Accessors(PropertyInfo p) => p.SetMethod?.IsPublic == true ? "{ get; set; }" : "{ get; }";

    private static string Return(MethodInfo m) => Name(m.ReturnType, names: m.ReturnParameter.GetCustomAttribute<TupleElementNamesAttribute>());

    private static string Generics(MethodInfo m) =>
        m.IsGenericMethod ? $"<{string.Join(", ", m.GetGenericArguments().Select(a => a.Name))}>" : "";

    private static string Parameters(MethodBase m)
    {
        var text = string.Join(", ", m.GetParameters().Select(Parameter));
        return m.IsDefined(typeof(ExtensionAttribute)) ? $"this {text}" : text;
    }

    private static string Parameter(ParameterInfo p)
    {
        var text = $"{(p.IsDefined(typeof(ParamArrayAttribute)) ? "params " : "")}{Name(p.ParameterType, names: p.GetCustomAttribute<TupleElementNamesAttribute>())} {p.Name}";
        if (!p.HasDefaultValue)
            return text;
        var underlying = Nullable.GetUnderlyingType(p.ParameterType) ?? p.ParameterType;
        return text + " = " + p.DefaultValue switch
        {
            null => p.ParameterType.IsValueType && Nullable.GetUnderlyingType(p.ParameterType) is null ? "default" : "null",
            bool b => b ? "true" : "false",
            var e when underlying.IsEnum => $"{underlying.Name}.{Enum.ToObject(underlying, e)}",
            IFormattable f => f.ToString(null, CultureInfo.InvariantCulture),
            var other => other.ToString(),
        };
    }

    private static string Name(Type type, bool full = false, TupleElementNamesAttribute? names = null)
    {
        if (Keywords.TryGetValue(type, out var keyword))
            return keyword;
        if (Nullable.GetUnderlyingType(type) is { } underlying)
            return Name(underlying) + "?";
        if (type.IsArray)
            return $"{Name(type.GetElementType()!)}[{new string(',', type.GetArrayRank() - 1)}]";
        if (type.IsGenericType)
        {
            var arguments = type.GetGenericArguments();
            if (names is not null && type.Name.StartsWith("ValueTuple", StringComparison.Ordinal))
                return $"({string.Join(", ", arguments.Select((a, i) => $"{Name(a)} {names.TransformNames[i]}"))})";
            return $"{type.Name[..type.Name.IndexOf('`')]}<{string.Join(", ", arguments.Select(a => Name(a)))}>";
        }
        if (!full)
            return type.Name;
        var own = type.IsNested ? $"{Name(type.DeclaringType!, full: true)}.{type.Name}" : type.Name;
        return type.Namespace == "TorchSharp.Modules" && !type.IsNested ? $"Modules.{own}" : own;
    }
}
