//! Which columns of a file are read, and what their levels mean.

use parquet::basic::{ConvertedType, LogicalType, Repetition};
use parquet::schema::types::{ColumnDescPtr, SchemaDescriptor, Type};

/// A column of plain values.
pub(super) struct Leaf {
    /// Its number in the file.
    pub column: usize,
    /// With dots for groups, and without the groups that only make up a list.
    pub name: String,
    /// Which of the lists that give rows it belongs to.
    pub list: Option<usize>,
    /// Definition level from which on a list's element is there.
    pub element: i16,
    pub describes: ColumnDescPtr,
}

impl Leaf {
    /// Whether it is a list of plain values, which becomes one cell.
    pub fn is_joined(&self) -> bool {
        self.list.is_none() && self.describes.max_rep_level() > 0
    }
}

/// The columns that can be told in rows.
pub(super) fn leaves(schema: &SchemaDescriptor, lists: &[&str]) -> Vec<Leaf> {
    let mut leaves = Vec::new();
    for (column, describes) in schema.columns().iter().enumerate() {
        let Some(way) = Way::to(schema.root_schema(), describes.path().parts()) else { continue };
        let list = way.list.as_ref().map(|(list, _)| list.as_str());
        let gives_rows = list.and_then(|list| lists.iter().position(|name| *name == list));
        // Of a list of groups that gives no rows nothing can be told in one cell.
        if list.is_some() && gives_rows.is_none() && list != Some(&way.name) {
            continue;
        }
        leaves.push(Leaf {
            column,
            // A list of plain values under a listed name is still one cell.
            list: gives_rows.filter(|_| list != Some(&way.name)),
            element: way.list.as_ref().map_or(0, |(_, level)| *level),
            name: way.name,
            describes: describes.clone(),
        });
    }
    leaves
}

/// The way from the root to a leaf.
#[derive(Default)]
struct Way {
    name: String,
    /// Name of the list on the way, and the definition level of its elements.
    list: Option<(String, i16)>,
}

impl Way {
    /// `None` where the way leads through a map or a second list.
    fn to(root: &Type, parts: &[String]) -> Option<Way> {
        let mut way = Way::default();
        let (mut at, mut level, mut wrapper) = (root, 0, Wrapper::None);
        for part in parts {
            at = at.get_fields().iter().find(|field| field.name() == part)?;
            let info = at.get_basic_info();
            let repetition = info.has_repetition().then(|| info.repetition());
            level += i16::from(matches!(repetition, Some(Repetition::OPTIONAL | Repetition::REPEATED)));
            let repeats = repetition == Some(Repetition::REPEATED);
            if is_map(at) || (repeats && way.list.is_some()) {
                return None;
            }
            if wrapper == Wrapper::None {
                if !way.name.is_empty() {
                    way.name.push('.');
                }
                way.name.push_str(part);
            }
            if repeats {
                way.list = Some((way.name.clone(), level));
            }
            wrapper = match wrapper {
                Wrapper::List if repeats && wraps(at) => Wrapper::Repeated,
                Wrapper::None if is_list(at) => Wrapper::List,
                _ => Wrapper::None,
            };
        }
        Some(way)
    }
}

/// What the group above is to a list.
#[derive(Clone, Copy, PartialEq)]
enum Wrapper {
    None,
    /// The list itself: its one field repeats.
    List,
    /// The field that repeats: its one field is the element.
    Repeated,
}

fn is_list(of: &Type) -> bool {
    let info = of.get_basic_info();
    of.is_group()
        && (info.converted_type() == ConvertedType::LIST
            || matches!(info.logical_type_ref(), Some(LogicalType::List)))
}

fn is_map(of: &Type) -> bool {
    let info = of.get_basic_info();
    of.is_group()
        && (matches!(info.converted_type(), ConvertedType::MAP | ConvertedType::MAP_KEY_VALUE)
            || matches!(info.logical_type_ref(), Some(LogicalType::Map)))
}

/// Whether the field of a list that repeats stands around the element rather than being it: as the format's
/// rules for older writers have it.
fn wraps(repeated: &Type) -> bool {
    let is_element = repeated.name() == "array" || repeated.name().ends_with("_tuple");
    repeated.is_group() && repeated.get_fields().len() == 1 && !is_element
}
