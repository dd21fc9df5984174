use super::*;
use crate::{compose::testing::loaded, musicvae::net::prior::Component};

fn plane() -> (Plane, Anchors) {
    let loaded = loaded();
    let plane = Plane::through(&loaded.anchors, &loaded.prior, loaded.trio.attributes());
    (plane, loaded.anchors)
}

fn far(a: &[f32], b: &[f32]) -> f32 {
    a.iter().zip(b).map(|(a, b)| (a - b).abs()).fold(0.0, f32::max)
}

#[test]
fn an_anchor_s_place_leads_exactly_to_it() {
    let (plane, anchors) = plane();
    for (z, place) in anchors.points.iter().zip(plane.anchors()) {
        assert_eq!(plane.place(z), place);
        assert!(far(&plane.point(place), z) < 1e-4);
    }
}

#[test]
fn two_anchors_suffice_for_a_plane() {
    let loaded = loaded();
    let anchors =
        Anchors { points: loaded.anchors.points[..2].to_vec(), in_turn: false, drawn: None };
    let plane = Plane::through(&anchors, &loaded.prior, loaded.trio.attributes());
    let [a, b]: [[f64; 2]; 2] = plane.anchors().collect::<Vec<_>>().try_into().unwrap();

    assert!(0.2 < (a[0] - b[0]).abs().max((a[1] - b[1]).abs()), "{a:?} {b:?}");
    assert!(a.iter().chain(&b).all(|x| x.abs() <= 0.9 + 1e-9));
    assert_eq!(plane, Plane::through(&anchors, &loaded.prior, loaded.trio.attributes()));
}

#[test]
fn a_place_s_point_lies_there_and_as_far_off_the_plane_as_the_anchors() {
    let (plane, anchors) = plane();
    let off_plane = |z: &[f32]| {
        let residual = plane.residual(&wide(z));
        dot(&residual, &residual).sqrt()
    };
    let lengths = anchors.points.iter().map(|z| off_plane(z));
    let (least, most) =
        lengths.fold((f64::MAX, 0.0f64), |(least, most), x| (least.min(x), most.max(x)));
    for place in [[0.0, 0.0], [0.5, -0.5], [-0.9, 0.9], [0.1, 0.7]] {
        let z = plane.point(place);
        let [x, y] = plane.place(&z);
        assert!((x - place[0]).abs() < 1e-4 && (y - place[1]).abs() < 1e-4, "{x} {y}");
        let length = off_plane(&z);
        assert!((least - 1e-3..=most + 1e-3).contains(&length), "{least} {length} {most}");
    }
}

#[test]
fn nearby_places_have_nearby_points() {
    let (plane, _) = plane();
    let mut last = plane.point([-0.5, 0.2]);
    for n in 1..=100 {
        let next = plane.point([-0.5 + f64::from(n) / 100.0, 0.2]);
        assert!(far(&last, &next) < 0.5, "{n}: {}", far(&last, &next));
        last = next;
    }
}

#[test]
fn attributes_name_the_axes_and_rise_along_them() {
    let (plane, _) = plane();
    let attributes = loaded().trio;
    let attributes = attributes.attributes();
    let [Some(x), Some(y)] = plane.rising() else { panic!("the trio model has attributes") };

    assert_ne!(x, y);
    let along = |name: &str, axis: usize| {
        let vector = attributes.get(name).unwrap();
        let origin = plane.place(&vec![0.0; vector.len()]);
        plane.place(vector)[axis] - origin[axis]
    };
    assert!(0.0 < along(x, 0) && 0.0 < along(y, 1));
    let none = Plane::through(&loaded().anchors, &loaded().prior, &Attributes::default());
    assert_eq!(none.rising(), [None, None]);
}

#[test]
fn equal_anchors_and_no_spread_make_a_plane_all_the_same() {
    let z = latent::prior(8, &mut rng::stream(1, "test"));
    let anchors = Anchors { points: vec![z.clone(), z.clone()], in_turn: false, drawn: None };
    let component = Component { weight: 1.0, mean: z, deviations: vec![0.0; 8] };
    let prior = Prior::Mixture(vec![component]);
    let plane = Plane::through(&anchors, &prior, &Attributes::default());

    let point = plane.point([0.3, -0.2]);
    assert!(point.iter().all(|x| x.is_finite()));
    assert!(plane.anchors().all(|place| place.iter().all(|x| x.abs() < 1e-6)));
}
